import { existsSync, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { readdir, rename, rm, rmdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Fault } from '../../proto/fault.ts';
import type { SpecFile } from '../../proto/spec.ts';
import { BESIDE, syncDirectory, writeAtomically, writeFileSynced } from '../state/atomic-file.ts';
import { parentsOf } from './layout.ts';
import { makeDirectory, type Owner } from './owner.ts';

/**
 * A unit's configuration directory:
 *
 *   .sets/<digest>/…                  the files of one spec, complete or not there; live directories are linked in
 *   .current  -> .sets/<digest>       what the program sees; replaced by one rename
 *   .previous -> .sets/<digest>       what to go back to, until the program has confirmed .current
 *   prometheus.yml -> .current/…      every top name of the set
 *   targets/node.json                 live files: real, each replaced by a rename
 *   .tls/endpoint.crt                 keys and certificates, the same
 */
const SETS = '.sets';
const CURRENT = '.current';
const PREVIOUS = '.previous';
/** What units serve and scrape with; no spec can name anything there. */
export const TLS_DIRECTORY = '.tls';
const NEW_LINK = '.new-link-';
const LINK_TO_SET = /^\.sets\/([0-9a-f]{64})$/;

export const setDirectory = (etc: string, digest: string): string => join(etc, SETS, digest);
const topName = (path: string): string => path.split('/')[0] as string;

/** @throws Fault `conflict` rather than write into a directory that something else made, or where a link leads. */
export async function claimConfigDirectory(etc: string, owner: Owner): Promise<void> {
  requireOwnConfig(etc);
  await makeDirectory(etc, owner.directory);
  await makeDirectory(join(etc, SETS), owner.directory);
}

/** The same, touching nothing. */
export function requireOwnConfig(etc: string): void {
  if (lstatOf(etc)?.isSymbolicLink()) {
    throw new Fault('conflict', `cannot write to ${etc}: it is a link, and leads out of what is promfleet’s`, {
      hint: 'remove the link',
    });
  }
  const found = namesIn(etc);
  if (found.length > 0 && !found.includes(SETS)) {
    throw new Fault(
      'conflict',
      `cannot write to ${etc}: it is there already (${found.slice(0, 3).join(', ')}), and not promfleet’s`,
      {
        hint: 'move it away, or give the unit another name',
      },
    );
  }
}

/** Writes the set beside everything that is in use. It has its name only once all of it is on disk. */
export async function stageSet(
  etc: string,
  digest: string,
  files: readonly SpecFile[],
  owner: Owner,
  others: readonly string[] = [],
): Promise<void> {
  const directory = setDirectory(etc, digest);
  if (existsSync(directory)) return;
  const beside = join(etc, SETS, `.new-${digest}`);
  await rm(beside, { recursive: true, force: true });
  await makeDirectory(beside, owner.directory);
  const made = new Set([beside]);
  for (const { path, content } of files.filter((file) => !file.live)) {
    for (const parent of parentsOf(path)) {
      if (made.has(join(beside, parent))) continue;
      made.add(join(beside, parent));
      await makeDirectory(join(beside, parent), owner.directory);
    }
    await writeFileSynced(join(beside, path), content, owner.file);
  }
  // Relative names in the set must resolve as they do for the running program: through the live directories.
  for (const top of new Set([...files.filter((file) => file.live).map(({ path }) => topName(path)), ...others])) {
    await symlink(`../../${top}`, join(beside, top));
  }
  for (const directory of made) await syncDirectory(directory);
  await rename(beside, directory);
  await syncDirectory(join(etc, SETS));
}

/** One rename changes every file that the program sees. */
export async function switchSet(
  etc: string,
  digest: string,
  { keepPrevious }: { keepPrevious: boolean },
): Promise<void> {
  const present = linkedSet(etc, CURRENT);
  if (present !== '' && present !== digest && !keepPrevious) await replaceLink(etc, PREVIOUS, `${SETS}/${present}`);
  for (const name of setTops(etc, digest)) await linkTop(etc, name);
  await replaceLink(etc, CURRENT, `${SETS}/${digest}`);
}

/** Writes back what was changed by hand, and switches anew: whatever loaded the changed files has to load these. */
export async function repairSet(
  etc: string,
  digest: string,
  edited: readonly string[],
  files: readonly SpecFile[],
  owner: Owner,
): Promise<void> {
  const wanted = new Map(files.filter((file) => !file.live).map((file) => [file.path, file]));
  for (const path of edited) {
    const place = join(setDirectory(etc, digest), path);
    const file = wanted.get(path);
    if (!file) await rm(place, { recursive: true, force: true });
    else {
      for (const parent of parentsOf(path))
        await makeDirectory(join(setDirectory(etc, digest), parent), owner.directory);
      if (lstatOf(place)?.isDirectory()) await rm(place, { recursive: true });
      await writeAtomically(place, file.content, owner.file);
    }
  }
  await switchSet(etc, digest, { keepPrevious: true });
}

/** Goes back to the set before the one in use. */
export async function restoreSet(etc: string): Promise<void> {
  const { previous } = readSetLinks(etc);
  if (previous !== '') await switchSet(etc, previous, { keepPrevious: true });
}

/** Removes the sets and links that nothing needs any more. `.previous` first: it may name one of them. */
export async function tidySets(etc: string): Promise<void> {
  const current = linkedSet(etc, CURRENT);
  await rm(join(etc, PREVIOUS), { force: true });
  const tops = new Set(setTops(etc, current));
  for (const name of ownLinks(etc)) if (!tops.has(name)) await rm(join(etc, name), { force: true });
  for (const name of await readdir(join(etc, SETS))) {
    if (name !== current) await rm(join(etc, SETS, name), { recursive: true, force: true });
  }
}

/** Takes away what was written here and nothing else. */
export async function removeConfig(etc: string, live: readonly string[]): Promise<void> {
  if (!lstatOf(etc)?.isDirectory()) return;
  const parents = [...new Set(live.flatMap(parentsOf).toSorted((a, b) => b.length - a.length)), '.'];
  const halves = parents.flatMap((parent) => halfWritten(etc, parent));
  for (const name of [...ownLinks(etc), ...live, ...halves, CURRENT, PREVIOUS])
    await rm(join(etc, name), { force: true });
  for (const own of [SETS, TLS_DIRECTORY]) await rm(join(etc, own), { recursive: true, force: true });
  for (const parent of parents) await rmdir(join(etc, parent)).catch(() => undefined);
}

/** What a crash left of a file or a link that was being written. */
const halfWritten = (etc: string, directory: string): string[] =>
  namesIn(join(etc, directory))
    .filter((name) => name.startsWith(NEW_LINK) || name.endsWith(BESIDE))
    .map((name) => join(directory, name));

const namesIn = (directory: string): string[] => (existsSync(directory) ? readdirSync(directory) : []);

/** A real file where a link of ours belongs is an edit (`sed -i` does that to a link) and gives way. */
async function linkTop(etc: string, name: string): Promise<void> {
  const found = lstatOf(join(etc, name));
  if (found?.isSymbolicLink() && readlinkSync(join(etc, name)) === `${CURRENT}/${name}`) return;
  if (found?.isDirectory()) await rm(join(etc, name), { recursive: true });
  await replaceLink(etc, name, `${CURRENT}/${name}`);
}

async function replaceLink(etc: string, name: string, target: string): Promise<void> {
  const beside = join(etc, NEW_LINK + name);
  await rm(beside, { force: true });
  await symlink(target, beside);
  await rename(beside, join(etc, name));
  await syncDirectory(dirname(beside));
}

export const lstatOf = (path: string) => lstatSync(path, { throwIfNoEntry: false });

/** The digest of the set that a link names, '' when it names none. */
function linkedSet(etc: string, name: string): string {
  if (!lstatOf(join(etc, name))?.isSymbolicLink()) return '';
  return LINK_TO_SET.exec(readlinkSync(join(etc, name)))?.[1] ?? '';
}

/** The top names of a set's own files: not of the live directories that are linked into it. */
export function setTops(etc: string, digest: string): string[] {
  const directory = setDirectory(etc, digest);
  if (digest === '' || !existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => !entry.isSymbolicLink() && !entry.name.endsWith(BESIDE))
    .map((entry) => entry.name);
}

/** The links at the top that lead through `.current`. */
export const ownLinks = (etc: string): string[] =>
  readdirSync(etc, { withFileTypes: true })
    .filter((entry) => entry.isSymbolicLink() && readlinkSync(join(etc, entry.name)) === `${CURRENT}/${entry.name}`)
    .map((entry) => entry.name);

export interface SetLinks {
  readonly current: string;
  readonly previous: string;
  readonly stamp: string;
  readonly sets: readonly string[];
}

export function readSetLinks(etc: string): SetLinks {
  const link = lstatSync(join(etc, CURRENT), { throwIfNoEntry: false, bigint: true });
  const sets = namesIn(join(etc, SETS)).filter((name) => !name.startsWith('.'));
  const previous = linkedSet(etc, PREVIOUS);
  return {
    current: linkedSet(etc, CURRENT),
    // After a power cut the link may be there still and its set not: there is nothing to go back to.
    previous: sets.includes(previous) ? previous : '',
    stamp: link ? `${link.ino}.${link.mtimeNs}` : '',
    sets,
  };
}
