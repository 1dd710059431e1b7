import { dirname } from 'node:path/posix';
import { inFolder, matchPaths } from './glob.ts';
import { KINDS } from './kinds/kinds.ts';
import { namedFiles } from './named-files.ts';
import { child, items, type Tree, textOf } from './tree.ts';
import type { YamlFile } from './yaml-file.ts';

export interface NativeSources {
  /** Paths of a folder that hold something native, because a resource or its configuration names them. */
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
  const follow = (component: string, path: string): void => {
    if (!/\.ya?ml$/i.test(path)) return;
    for (const tree of parse(path).documents) {
      for (const file of namedFiles(component, tree)) {
        const found = claim(file.name, dirname(path));
        if (file.use === 'scrape_configs') found.filter((one) => one !== path).forEach((one) => follow(component, one));
      }
    }
  };
  const followTest = (path: string): void => {
    for (const rule of parse(path).documents.flatMap((tree) => items(child(tree, 'rule_files')))) {
      claim(textOf(rule) ?? '', dirname(path));
    }
  };
  for (const document of documents) {
    const component = componentOf(document);
    if (component === undefined) continue;
    if (component === 'prometheus') {
      for (const rule of items(child(document, 'rules'))) claim(textOf(rule) ?? '', '.');
      for (const test of items(child(document, 'rule_tests'))) claim(textOf(test) ?? '', '.').forEach(followTest);
      for (const job of items(child(document, 'scrape_configs'))) {
        for (const { name } of namedFiles(component, job)) claim(name, '.');
      }
    }
    if (component === 'thanos') {
      for (const rule of items(child(child(document, 'rule'), 'rules'))) claim(textOf(rule) ?? '', '.');
      const store = textOf(child(document, 'object_store'));
      if (store !== undefined) claim(store, '.');
      continue;
    }
    const config = textOf(child(document, 'config'));
    if (config !== undefined) claim(config, '.').forEach((path) => follow(component, path));
  }
  return { paths: native, dangling };
}

/** Whose configuration a document names. A kind that is none of ours may be a misspelt one: what it names is not complained of as well. */
function componentOf(document: Tree): string | undefined {
  const kind = textOf(child(document, 'kind'));
  if (kind === 'Alertmanager') return 'alertmanager';
  if (kind === 'Thanos') return 'thanos';
  if (kind === 'Exporter') return textOf(child(document, 'component'));
  return kind === 'Prometheus' || !KINDS.some((known) => known === kind) ? 'prometheus' : undefined;
}
