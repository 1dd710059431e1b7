import { dirname } from 'node:path/posix';
import type { NativeConfig } from '../catalogue/component.ts';
import { type NamedFile, namedFiles } from './named-files.ts';
import { finding, type Place } from './place.ts';
import type { PlacedUnit } from './place-units.ts';
import { type Fleet, type FolderContent, fileOf, placeIn, type Resource } from './resource.ts';
import type { ShippedFiles } from './shipped-files.ts';
import { child, items, list, type MapTree, map, type Path, type Tree, text, withKey } from './tree.ts';
import { readYamlFile } from './yaml-file.ts';

/** Whose files they are. */
type UnitFiles = Pick<PlacedUnit, 'resource' | 'component' | 'unit'> & { readonly named?: string };

/**
 * The native configuration of a unit with the files that it names on their way, and their names as on the host. Where its operator
 * writes none it is the standard one.
 */
export function nativeConfig(
  fleet: Fleet,
  unit: UnitFiles,
  { file, standard = '{}\n' }: NativeConfig,
  shipped: ShippedFiles,
): MapTree {
  const { resource } = unit;
  const place = placeIn(resource, 'config');
  const named = unit.named ?? (resource as Resource<'Exporter'>).settings.config;
  if (named === undefined) {
    return readMapping({ shown: file, content: Buffer.from(standard) }, shipped);
  }
  const [path] = shipped.find(named, '.', place);
  if (path === undefined) return map({}, place);
  const tree = readMapping(fileOf(fleet, resource.folder, path), shipped);
  const withNames = withFiles(tree, dirname(path), unit, shipped);
  if (resource.kind !== 'Prometheus') return withNames;
  return inlineScrapeConfigs(fleet, withNames, dirname(path), unit, shipped);
}

function readMapping(
  file: Pick<FolderContent, 'shown' | 'content'> | undefined,
  shipped: Pick<ShippedFiles, 'note'>,
): MapTree {
  const shown = file?.shown ?? '';
  const top: Place = { file: shown, line: 1, column: 1 };
  const read = readYamlFile(shown, file?.content ?? new Uint8Array());
  shipped.note(...read.findings);
  const [tree, second] = read.documents;
  if (second) shipped.note(finding(second.place, 'native configuration is one document; this is another'));
  if (!tree || read.findings.length > 0) return map({}, top);
  if (tree.kind === 'map') return tree;
  shipped.note(finding(tree.place, 'native configuration must be a mapping of keys to values'));
  return map({}, top);
}

/** Where each use of a file has its place on the host. */
const TOPS: Readonly<Record<NamedFile['use'], string>> = {
  rules: 'rules',
  targets: 'targets/folder',
  templates: 'templates',
  file: 'files',
  loose: 'files',
  scrape_configs: '',
};

/** The tree with every file that it names shipped, and named as it will be on the host. */
export function withFiles(
  tree: MapTree,
  directory: string,
  { component, unit }: UnitFiles,
  shipped: ShippedFiles,
  path: Path = [],
): MapTree {
  const renamed = new Map<Tree, Tree[]>();
  for (const file of namedFiles(component.name, tree, path).filter((one) => one.use !== 'scrape_configs')) {
    const place = file.tree.place;
    const found = shipped.find(file.name, directory, place);
    const names = found.map((one) => shipped.ship(one, TOPS[file.use], file.use === 'targets', place));
    // A unit works in its data directory, and its configuration is found from there wherever both lie.
    const seen = file.use === 'loose' ? names.map((name) => `../../../etc/${unit}/${name}`) : names;
    renamed.set(
      file.tree,
      seen.map((name) => text(name, place)),
    );
  }
  return rename(tree, renamed) as MapTree;
}

function rename(tree: Tree, renamed: ReadonlyMap<Tree, readonly Tree[]>): Tree {
  if (tree.kind === 'leaf') return renamed.get(tree)?.[0] ?? tree;
  if (tree.kind === 'list') {
    return { ...tree, items: tree.items.flatMap((item) => renamed.get(item) ?? [rename(item, renamed)]) };
  }
  return { ...tree, entries: tree.entries.map((entry) => ({ ...entry, value: rename(entry.value, renamed) })) };
}

/** `scrape_config_files` of the folder are taken in: a job that they name twice shows, and their own files travel. */
function inlineScrapeConfigs(
  fleet: Fleet,
  tree: MapTree,
  directory: string,
  unit: UnitFiles,
  shipped: ShippedFiles,
): MapTree {
  const named = namedFiles('prometheus', tree).filter((file) => file.use === 'scrape_configs');
  if (named.length === 0) return tree;
  const configs = named.flatMap((file) =>
    shipped.find(file.name, directory, file.tree.place).flatMap((path) => {
      const mapping = readMapping(fileOf(fleet, unit.resource.folder, path), shipped);
      return [...items(child(withFiles(mapping, dirname(path), unit, shipped), 'scrape_configs'))];
    }),
  );
  const files = items(child(tree, 'scrape_config_files')).filter((item) => !named.some((file) => file.tree === item));
  const scrapes = list([...items(child(tree, 'scrape_configs')), ...configs], tree.place);
  const left = files.length > 0 ? list(files, tree.place) : undefined;
  return withKey(withKey(tree, 'scrape_configs', scrapes), 'scrape_config_files', left);
}
