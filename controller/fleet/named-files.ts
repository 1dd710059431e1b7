import { isAbsolute } from 'node:path/posix';
import { ownOf } from './own-of.ts';
import { type Path, type Tree, textOf } from './tree.ts';

/** A file that native configuration names. */
export interface NamedFile {
  readonly path: Path;
  /** As written: may be a pattern where the key allows it. */
  readonly name: string;
  readonly tree: Tree;
  /**
   * `targets` are watched, `scrape_configs` are taken into the configuration, `file` is read when it is loaded. `loose` is looked for
   * in the working directory, where the others are looked for beside the configuration.
   */
  readonly use: 'rules' | 'targets' | 'scrape_configs' | 'templates' | 'file' | 'loose';
}

type UseOf = (path: Path) => NamedFile['use'] | undefined;

/** How each component names files, by the component's name. */
const USES: Readonly<Record<string, UseOf>> = {
  prometheus: inPrometheus,
  alertmanager: inAlertmanager,
  blackbox_exporter: (path) => (isFileKey(path.at(-1)) ? 'loose' : undefined),
};

/** Written by Prometheus, not read. */
const OUTPUTS = new Set(['query_log_file', 'scrape_failure_log_file']);

/** Every file in a component's configuration that is named by a relative path. Absolute ones must be on the host. */
export function namedFiles(component: string, tree: Tree, path: Path = []): NamedFile[] {
  if (tree.kind === 'leaf') return nameAt(component, tree, path);
  if (tree.kind === 'list') {
    return tree.items.flatMap((item, index) => namedFiles(component, item, [...path, index]));
  }
  return tree.entries.flatMap((entry) => namedFiles(component, entry.value, [...path, entry.key]));
}

function nameAt(component: string, tree: Tree, path: Path): NamedFile[] {
  const name = textOf(tree);
  const use = name ? ownOf(USES, component)?.(path) : undefined;
  return name && use && !isAbsolute(name) ? [{ path, name, tree, use }] : [];
}

const isFileKey = (key: Path[number] | undefined): boolean => typeof key === 'string' && key.endsWith('_file');

function inPrometheus(path: Path): NamedFile['use'] | undefined {
  const last = path.at(-1);
  if (typeof last === 'string') return isFileKey(last) && !OUTPUTS.has(last) ? 'file' : undefined;
  const key = path.at(-2);
  if (key === 'rule_files' && path.length === 2) return 'rules';
  if (key === 'scrape_config_files' && path.length === 2) return 'scrape_configs';
  if (key !== 'files') return undefined;
  if (path.at(-4) === 'file_sd_configs') return 'targets';
  return path.at(-4) === 'http_headers' ? 'file' : undefined;
}

function inAlertmanager(path: Path): NamedFile['use'] | undefined {
  if (path.at(-2) === 'templates' && path.length === 2) return 'templates';
  if (!isFileKey(path.at(-1))) return undefined;
  return path.includes('http_config') ? 'file' : 'loose';
}
