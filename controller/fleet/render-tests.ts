import { dirname } from 'node:path/posix';
import type { SpecFile } from '../../proto/spec.ts';
import { type Fleet, fileOf, placeIn, type Resource } from './resource.ts';
import type { ShippedFiles } from './shipped-files.ts';
import { child, items, textOf } from './tree.ts';
import { readYamlFile } from './yaml-file.ts';

/** What `promtool test rules` is run on: nothing of it reaches a host. */
export interface RuleTests {
  /** Of the tests, as in the folder. */
  readonly paths: readonly string[];
  /** The tests and the rules that they name, where they lie in the folder. */
  readonly files: readonly SpecFile[];
}

export const NO_TESTS: RuleTests = { paths: [], files: [] };

export function ruleTests(fleet: Fleet, resource: Resource<'Prometheus'>, shipped: ShippedFiles): RuleTests {
  const paths = (resource.settings.rule_tests ?? []).flatMap((pattern, index) =>
    shipped.find(pattern, '.', placeIn(resource, 'rule_tests', index)),
  );
  const files = new Map<string, SpecFile>();
  const take = (path: string): void => {
    const file = fileOf(fleet, resource.folder, path);
    if (file) files.set(path, { path, content: file.content, live: false });
  };
  for (const path of paths) {
    take(path);
    const { shown = path, content = new Uint8Array() } = fileOf(fleet, resource.folder, path) ?? {};
    const { documents, findings } = readYamlFile(shown, content);
    shipped.note(...findings);
    for (const rule of documents.flatMap((tree) => items(child(tree, 'rule_files')))) {
      shipped.find(textOf(rule) ?? '', dirname(path), rule.place).forEach(take);
    }
  }
  return { paths: [...new Set(paths)], files: [...files.values()] };
}
