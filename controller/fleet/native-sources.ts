import { dirname } from 'node:path/posix';
import { inFolder, matchPaths } from './glob.ts';
import { KINDS } from './kinds/kinds.ts';
import { namedFiles } from './named-files.ts';
import { child, items, type Tree, textOf } from './tree.ts';
import type { YamlFile } from './yaml-file.ts';

export interface NativeSources {
  /** Paths of a folder that hold something native, because a Prometheus or its configuration names them. */
  readonly paths: ReadonlySet<string>;
  /** Something that is named is not there: which file was meant is unknown. */
  readonly dangling: boolean;
}

export function nativeSources(
  documents: readonly Tree[],
  paths: readonly string[],
  parse: (path: string) => YamlFile,
): NativeSources {
  const native = new Set<string>();
  let dangling = false;
  const claim = (name: string, directory: string): string[] => {
    const pattern = inFolder(directory, name);
    const found = pattern === undefined ? [] : matchPaths(pattern, paths);
    if (found.length === 0) dangling = true;
    for (const path of found) native.add(path);
    return found;
  };
  const follow = (path: string): void => {
    if (!/\.ya?ml$/i.test(path)) return;
    for (const tree of parse(path).documents) {
      for (const file of namedFiles(tree)) {
        const found = claim(file.name, dirname(path));
        if (file.use === 'scrape_configs') found.filter((one) => one !== path).forEach(follow);
      }
    }
  };
  for (const document of documents.filter(mayBePrometheus)) {
    for (const rule of items(child(document, 'rules'))) claim(textOf(rule) ?? '', '.');
    for (const job of items(child(document, 'scrape_configs'))) {
      for (const { name } of namedFiles(job)) claim(name, '.');
    }
    const config = textOf(child(document, 'config'));
    if (config !== undefined) claim(config, '.').forEach(follow);
  }
  return { paths: native, dangling };
}

/** A kind that is none of ours may be a misspelt one: what it names is not complained of as well. */
function mayBePrometheus(document: Tree): boolean {
  const kind = textOf(child(document, 'kind'));
  return kind === 'Prometheus' || !KINDS.some((known) => known === kind);
}
