import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { lstatOf, ownLinks, readSetLinks, setDirectory, setTops } from '../install/config-set.ts';
import type { FileDigests } from '../install/file-digests.ts';
import type { UnitRecord } from '../state/unit-record.ts';
import type { ObservedConfig, ObservedLive } from './observed.ts';
import { digestOfSet, type Wanted } from './wanted.ts';

/** What is in a unit's configuration directory, beside what is wanted there. Undefined: the unit is not wanted. */
export function lookAtConfig(
  etc: string,
  wanted: Wanted | undefined,
  record: UnitRecord,
  digests: FileDigests,
): ObservedConfig {
  const links = readSetLinks(etc);
  const found = readSet(etc, links.current, digests);
  const tops = setTops(etc, links.current);
  return {
    ...links,
    edited: [...editedFiles(links.current, found, wanted, record), ...tops.filter((name) => !isLinked(etc, name))],
    live: lookAtLive(etc, wanted, record, digests),
    leftovers:
      links.previous !== '' ||
      links.sets.some((digest) => digest !== links.current) ||
      (existsSync(etc) && ownLinks(etc).some((name) => !tops.includes(name))),
  };
}

/** Path → sha256 of every file in a set. Links in it lead to live directories and are no part of it. */
function readSet(etc: string, digest: string, digests: FileDigests): Map<string, string> {
  const directory = setDirectory(etc, digest);
  if (digest === '' || !existsSync(directory)) return new Map();
  return new Map(filesBelow(directory).map((path) => [path.slice(directory.length + 1), digests.of(path)]));
}

/** Follows no link: readdir's own `recursive` does. */
const filesBelow = (directory: string): string[] =>
  readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isSymbolicLink() ? [] : [path];
  });

function editedFiles(
  digest: string,
  found: ReadonlyMap<string, string>,
  wanted: Wanted | undefined,
  { contents }: UnitRecord,
): string[] {
  // The name of a set is the digest of its content, so that it can be judged also when nothing says what was in it.
  if (digest === '' || digestOfSet(found) === (contents?.[digest] ?? digest)) return [];
  if (wanted?.configDigest !== digest) return ['its config'];
  const changed = [...wanted.set].filter(([path, sha256]) => found.get(path) !== sha256).map(([path]) => path);
  return [...changed, ...[...found.keys()].filter((path) => !wanted.set.has(path))];
}

const isLinked = (etc: string, name: string): boolean => {
  const path = join(etc, name);
  return lstatOf(path)?.isSymbolicLink() === true && readlinkSync(path) === `.current/${name}`;
};

function lookAtLive(etc: string, wanted: Wanted | undefined, record: UnitRecord, digests: FileDigests): ObservedLive {
  const live = wanted?.live ?? new Map<string, string>();
  const [stale, edited]: [string[], string[]] = [[], []];
  for (const [path, sha256] of live) {
    if (record.live[path] !== sha256) stale.push(path);
    else if (digests.of(join(etc, path)) !== sha256) edited.push(path);
  }
  return { stale, edited, surplus: Object.keys(record.live).filter((path) => !live.has(path)) };
}
