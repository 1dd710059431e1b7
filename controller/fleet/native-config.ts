import { dirname } from 'node:path/posix';
import type { Finding } from '../../proto/fault.ts';
import { namedFiles } from './named-files.ts';
import { finding, type Place } from './place.ts';
import { type Fleet, type FolderContent, fileOf, placeIn, type Resource } from './resource.ts';
import type { ShippedFiles } from './shipped-files.ts';
import { child, items, list, type MapTree, map, type Path, type Tree, text, withKey } from './tree.ts';
import { readYamlFile } from './yaml-file.ts';

/** What an operator who writes no `config:` would begin with. */
const DEFAULTS = { scrape_interval: '15s', evaluation_interval: '15s' };

/** The native configuration of a Prometheus with the files that it names on their way, and their names as on the host. */
export function nativeConfig(fleet: Fleet, resource: Resource<'Prometheus'>, shipped: ShippedFiles): MapTree {
  const place = placeIn(resource, 'config');
  const named = resource.settings.config;
  if (named === undefined) {
    const global = Object.fromEntries(Object.entries(DEFAULTS).map(([key, value]) => [key, text(value, place)]));
    return map({ global: map(global, place) }, place);
  }
  const [path] = shipped.find(named, '.', place);
  if (path === undefined) return map({}, place);
  const tree = readMapping(fileOf(fleet, resource.folder, path), shipped.findings);
  return inlineScrapeConfigs(fleet, resource.folder, withFiles(tree, dirname(path), shipped), dirname(path), shipped);
}

function readMapping(file: FolderContent | undefined, findings: Finding[]): MapTree {
  const shown = file?.shown ?? '';
  const top: Place = { file: shown, line: 1, column: 1 };
  const read = readYamlFile(shown, file?.content ?? new Uint8Array());
  findings.push(...read.findings);
  const [tree, second] = read.documents;
  if (second) findings.push(finding(second.place, 'native configuration is one document; this is another'));
  if (!tree || read.findings.length > 0) return map({}, top);
  if (tree.kind === 'map') return tree;
  findings.push(finding(tree.place, 'native configuration must be a mapping of keys to values'));
  return map({}, top);
}

/** The tree with every file that it names shipped, and named as it will be on the host. */
export function withFiles(tree: MapTree, directory: string, shipped: ShippedFiles, path: Path = []): MapTree {
  const renamed = new Map<Tree, Tree[]>();
  for (const file of namedFiles(tree, path).filter((one) => one.use !== 'scrape_configs')) {
    const place = file.tree.place;
    const top = { rules: 'rules', targets: 'targets/folder', file: 'files', scrape_configs: '' }[file.use];
    const found = shipped.find(file.name, directory, place);
    const names = found.map((one) => shipped.ship(one, top, file.use === 'targets', place));
    renamed.set(
      file.tree,
      names.map((name) => text(name, place)),
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
  folder: string,
  tree: MapTree,
  directory: string,
  shipped: ShippedFiles,
): MapTree {
  const named = namedFiles(tree).filter((file) => file.use === 'scrape_configs');
  if (named.length === 0) return tree;
  const configs = named.flatMap((file) =>
    shipped.find(file.name, directory, file.tree.place).flatMap((path) => {
      const mapping = readMapping(fileOf(fleet, folder, path), shipped.findings);
      return [...items(child(withFiles(mapping, dirname(path), shipped), 'scrape_configs'))];
    }),
  );
  const files = items(child(tree, 'scrape_config_files')).filter((item) => !named.some((file) => file.tree === item));
  const scrapes = list([...items(child(tree, 'scrape_configs')), ...configs], tree.place);
  const left = files.length > 0 ? list(files, tree.place) : undefined;
  return withKey(withKey(tree, 'scrape_configs', scrapes), 'scrape_config_files', left);
}
