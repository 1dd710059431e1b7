import type { Finding } from '../../proto/fault.ts';
import { checkReferences } from './check-references.ts';
import type { Kind } from './kinds/kinds.ts';
import { nativeSources } from './native-sources.ts';
import { finding, showPlace, sortFindings } from './place.ts';
import { readKind } from './read-kind.ts';
import {
  type Fleet,
  type FolderContent,
  fileKey,
  keyPlaceIn,
  otherFolder,
  pathsOf,
  type Resource,
  titleOf,
} from './resource.ts';
import { child } from './tree.ts';
import { readYamlFile, type YamlFile } from './yaml-file.ts';

/** One folder's files as they were handed in. `shownAs` goes before the file names that people read. */
export interface Folder {
  readonly folder: string;
  readonly shownAs: string;
  readonly files: readonly { readonly path: string; readonly content: Uint8Array }[];
}

export interface ReadFleet {
  readonly fleet: Fleet;
  /** Kinds and names that are written somewhere, right or wrong. */
  readonly declared: readonly Declared[];
  readonly findings: readonly Finding[];
}

export interface Declared {
  readonly kind: Kind;
  readonly name: string;
}

/** Documents → Fleet, with every error at once. */
export function readFleet(folders: readonly Folder[]): ReadFleet {
  const files = new Map<string, FolderContent>();
  for (const { folder, shownAs, files: members } of folders) {
    for (const { path, content } of members) {
      files.set(fileKey(folder, path), { folder, shown: `${shownAs}${path}`, content });
    }
  }
  const empty: Fleet = { resources: [], files };
  const read = folders.map(({ folder }) => readFolder(empty, folder));
  const resources = read.flatMap((one) => one.resources);
  const declared = read.flatMap((one) => one.declared);
  const kept = withoutTwins(resources);
  const fleet = { resources: kept.resources, files };
  const findings = [...read.flatMap((one) => one.findings), ...kept.findings, ...checkReferences(fleet, declared)];
  return { fleet, declared, findings: sortFindings(findings) };
}

interface ReadFolder {
  readonly resources: readonly Resource[];
  readonly declared: readonly Declared[];
  readonly findings: readonly Finding[];
}

const isYaml = (path: string): boolean => /\.ya?ml$/i.test(path);

function readFolder(fleet: Fleet, folder: string): ReadFolder {
  const cache = new Map<string, YamlFile>();
  const parse = (path: string): YamlFile => {
    const { shown, content } = fleet.files.get(fileKey(folder, path)) as FolderContent;
    const parsed = cache.get(path) ?? readYamlFile(shown, content);
    cache.set(path, parsed);
    return parsed;
  };
  const paths = pathsOf(fleet, folder);
  const yaml = paths.filter(isYaml);
  // A file that holds kinds is never native, whatever a pattern says; rule files by the thousand need not be read here.
  const mayHoldKinds = (path: string): boolean =>
    /^[{ ]*["']?kind["']?\s*:/m.test(
      Buffer.from(fleet.files.get(fileKey(folder, path))?.content ?? []).toString('utf8'),
    );
  const kindPaths = yaml.filter(
    (path) => mayHoldKinds(path) && parse(path).documents.some((tree) => child(tree, 'kind')),
  );
  const documents = kindPaths.flatMap((path) => parse(path).documents);
  const native = nativeSources(documents, paths, parse);
  const others = yaml.filter((path) => !kindPaths.includes(path) && !native.paths.has(path));
  const unclaimed = others.flatMap((path) => parse(path).documents);
  // While a file can't be read or found, what it would have claimed is unknown: complaining of that only hides the cause.
  const complete = !native.dangling && yaml.every((path) => (cache.get(path)?.findings.length ?? 0) === 0);
  const read = [...documents, ...(complete ? unclaimed : [])].map((tree) => readKind(folder, tree));
  return {
    resources: read.flatMap((one) => one.resource ?? []),
    declared: read.flatMap((one) => one.declares ?? []),
    findings: [...[...cache.values()].flatMap((file) => file.findings), ...read.flatMap((one) => one.findings)],
  };
}

/** A name belongs to one document; and one Fleet document speaks for the whole fleet. */
function withoutTwins(resources: readonly Resource[]): { resources: Resource[]; findings: Finding[] } {
  const first = new Map<string, Resource>();
  const findings: Finding[] = [];
  for (const resource of resources) {
    const key = resource.kind === 'Fleet' ? 'Fleet' : titleOf(resource);
    const twin = first.get(key);
    if (!twin) first.set(key, resource);
    else findings.push(twinFinding(resource, twin));
  }
  return { resources: [...first.values()], findings };
}

function twinFinding(resource: Resource, twin: Resource): Finding {
  const where = showPlace(keyPlaceIn(twin, 'name'));
  const place = keyPlaceIn(resource, 'name');
  const isOther = resource.folder !== twin.folder;
  if (resource.kind === 'Fleet') {
    const hint = isOther ? otherFolder(twin.folder) : undefined;
    return finding(place, `a fleet has one \`kind: Fleet\`; the other is at ${where}`, hint);
  }
  const hint = isOther ? otherFolder(twin.folder) : 'give one of the two another name';
  return finding(place, `${titleOf(resource)} is written twice; the other is at ${where}`, hint);
}
