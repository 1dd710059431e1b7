import { isAbsolute } from 'node:path/posix';
import { type Path, type Tree, textOf } from './tree.ts';

/** A file that native configuration names. */
export interface NamedFile {
  readonly path: Path;
  /** As written: may be a pattern where the key allows it. */
  readonly name: string;
  readonly tree: Tree;
  /** `targets` are watched, `scrape_configs` are taken into the configuration, `file` is read when it is loaded. */
  readonly use: 'rules' | 'targets' | 'scrape_configs' | 'file';
}

/** Written by Prometheus, not read. */
const OUTPUTS = new Set(['query_log_file', 'scrape_failure_log_file']);

/** Every file in the tree that is named by a path relative to the configuration. Absolute ones must be on the host. */
export function namedFiles(tree: Tree, path: Path = []): NamedFile[] {
  if (tree.kind === 'leaf') return nameAt(tree, path);
  if (tree.kind === 'list') return tree.items.flatMap((item, index) => namedFiles(item, [...path, index]));
  return tree.entries.flatMap((entry) => namedFiles(entry.value, [...path, entry.key]));
}

function nameAt(tree: Tree, path: Path): NamedFile[] {
  const name = textOf(tree);
  const use = name ? useOf(path) : undefined;
  return name && use && !isAbsolute(name) ? [{ path, name, tree, use }] : [];
}

function useOf(path: Path): NamedFile['use'] | undefined {
  const last = path.at(-1);
  if (typeof last === 'string') return last.endsWith('_file') && !OUTPUTS.has(last) ? 'file' : undefined;
  const key = path.at(-2);
  if (key === 'rule_files' && path.length === 2) return 'rules';
  if (key === 'scrape_config_files' && path.length === 2) return 'scrape_configs';
  if (key !== 'files') return undefined;
  if (path.at(-4) === 'file_sd_configs') return 'targets';
  return path.at(-4) === 'http_headers' ? 'file' : undefined;
}
