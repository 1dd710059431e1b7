import type { Finding } from '../../proto/fault.ts';
import type { FolderFile } from '../store/revisions.ts';
import { checkReferences } from './check-references.ts';
import { checkSecretPlaces } from './check-secrets.ts';
import type { Kind } from './kinds/kinds.ts';
import { type FolderMember, fromTheLowest, type MergedLayers, mergeLayers, pathInFolder } from './layers.ts';
import { nativeSources } from './native-sources.ts';
import { finding, showPlace, sortFindings } from './place.ts';
import { readKind } from './read-kind.ts';
import {
  type Fleet,
  type FolderContent,
  fileKey,
  keyPlaceIn,
  otherFolder,
  type Resource,
  titleOf,
} from './resource.ts';
import { child, type Tree } from './tree.ts';
import { readYamlFile, type YamlFile } from './yaml-file.ts';

/** One folder's files as they were handed in. `shownAs` goes before the file names that people read. */
export interface Folder {
  readonly folder: string;
  readonly shownAs: string;
  readonly files: readonly FolderMember[];
}

/** Files of any number of folders, as a revision holds them. `shownAs` is what goes before the names of a folder's files. */
export function foldersOf(files: readonly FolderFile[], shownAs: (folder: string, of: number) => string): Folder[] {
  const byName = Map.groupBy(files, (file) => file.folder);
  return [...byName.keys()]
    .sort()
    .map((folder) => ({ folder, shownAs: shownAs(folder, byName.size), files: byName.get(folder) ?? [] }));
}

export interface ReadFleet {
  readonly fleet: Fleet;
  /** Of every kind that is written, right or wrong, as its layers make it. */
  readonly documents: readonly { readonly folder: string; readonly tree: Tree }[];
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
  const read = folders.map(readFolder);
  const files = new Map(
    read.flatMap((one) => [...one.files.values()].map((file) => [fileKey(file.folder, file.path), file])),
  );
  const resources = read.flatMap((one) => one.resources);
  const declared = read.flatMap((one) => one.declared);
  const applying = folders.length > 1 ? folders.find(({ shownAs }) => shownAs === '')?.folder : undefined;
  const kept = withoutTwins(resources, applying);
  const fleet = { resources: kept.resources, files, applying };
  const findings = [
    ...read.flatMap((one) => one.findings),
    ...kept.findings,
    ...checkReferences(fleet, declared),
    ...kept.resources.flatMap(checkSecretPlaces),
  ];
  findings.push(...read.flatMap((one) => whatWasMeant(one.meant, findings)));
  return { fleet, documents: read.flatMap((one) => one.documents), declared, findings: sortFindings(findings) };
}

/** Of documents that lack a key: where one is whole, being new in its layer is no mistake. */
function whatWasMeant(meant: MergedLayers['meant'], findings: readonly Finding[]): Finding[] {
  const lacking = new Set(findings.map(({ file, line, column }) => `${file}:${line}:${column}`));
  return [...meant].flatMap(([{ place }, finding]) =>
    lacking.has(`${place.file}:${place.line}:${place.column}`) ? [finding] : [],
  );
}

interface ReadFolder {
  /** By the path that documents name them by: of two layers that have a file there, the higher one's. */
  readonly files: ReadonlyMap<string, FolderContent>;
  readonly documents: ReadFleet['documents'];
  readonly meant: MergedLayers['meant'];
  readonly resources: readonly Resource[];
  readonly declared: readonly Declared[];
  readonly findings: readonly Finding[];
}

const isYaml = (path: string): boolean => /\.ya?ml$/i.test(path);

// A file that holds kinds is never native, whatever a pattern says; rule files by the thousand need not be read here.
const mayHoldKinds = ({ content }: FolderMember): boolean =>
  /^[{ ]*["']?kind["']?\s*:/m.test(Buffer.from(content).toString('utf8'));

function readFolder({ folder, shownAs, files }: Folder): ReadFolder {
  const parser = new Parser();
  const members = fromTheLowest(files).map((member) => ({
    ...member,
    path: pathInFolder(member),
    shown: `${shownAs}${member.path}`,
  }));
  const yaml = members.filter(({ path }) => isYaml(path));
  const kinds = new Set(
    yaml.filter((one) => mayHoldKinds(one) && parser.parse(one).documents.some((tree) => child(tree, 'kind'))),
  );
  const contents = new Map(
    members.map((one): [string, FolderContent] => [one.path, { ...one, folder, holdsKinds: kinds.has(one) }]),
  );
  const written = [...kinds].flatMap((one) =>
    parser.parse(one).documents.map((tree) => ({ tree, layer: one.layer ?? 0 })),
  );
  const merged = mergeLayers(written);
  const native = nativeSources(
    [...written.map(({ tree }) => tree), ...merged.documents],
    [...contents.keys()].sort(),
    (path) => parser.parse(contents.get(path) as FolderContent),
  );
  const others = yaml.filter((one) => !kinds.has(one) && !native.paths.has(one.path));
  const unclaimed = others.flatMap((one) => parser.parse(one).documents);
  // While a file can't be read or found, what it would have claimed is unknown: complaining of that only hides the cause.
  const complete = !native.dangling && parser.findings.length === 0;
  const read = [...merged.documents, ...(complete ? unclaimed : [])].map((tree) => readKind(folder, tree));
  return {
    files: contents,
    documents: merged.documents.map((tree) => ({ folder, tree })),
    meant: merged.meant,
    resources: read.flatMap((one) => one.resource ?? []),
    declared: read.flatMap((one) => one.declares ?? []),
    findings: [...parser.findings, ...merged.findings, ...read.flatMap((one) => one.findings)],
  };
}

/** Reads each file once. */
class Parser {
  readonly #read = new Map<string, YamlFile>();

  parse({ shown, content }: Pick<FolderContent, 'shown' | 'content'>): YamlFile {
    const file = this.#read.get(shown) ?? readYamlFile(shown, content);
    this.#read.set(shown, file);
    return file;
  }

  get findings(): Finding[] {
    return [...this.#read.values()].flatMap((file) => file.findings);
  }
}

/** A name belongs to one document; and one Fleet document speaks for the whole fleet. */
function withoutTwins(
  resources: readonly Resource[],
  applying: string | undefined,
): { resources: Resource[]; findings: Finding[] } {
  const first = new Map<string, Resource>();
  const findings: Finding[] = [];
  for (const resource of resources) {
    const key = resource.kind === 'Fleet' ? 'Fleet' : titleOf(resource);
    const twin = first.get(key);
    if (!twin) first.set(key, resource);
    else if (twin.folder === applying) findings.push(twinFinding(twin, resource));
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
