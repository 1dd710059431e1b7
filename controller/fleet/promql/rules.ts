import type { Place } from '../place.ts';
import type { Rendered } from '../render.ts';
import { child, items, type Leaf, type Tree, textOf } from '../tree.ts';
import { readYamlFile } from '../yaml-file.ts';
import { type Promql, parsePromql } from './parse.ts';
import { placesIn } from './scalar-places.ts';

/** One recording or alerting rule of a rule file. */
export interface Rule {
  readonly kind: 'record' | 'alert';
  readonly name: string;
  readonly group: string;
  /** How often it is evaluated, where the group says so. */
  readonly interval: string | undefined;
  readonly promql: Promql;
  readonly tree: Tree;
  /** Of its name. */
  readonly place: Place;
  /** Of a character of its expression. */
  readonly exprAt: (offset: number) => Place;
}

export interface RuleFile {
  /** As on the host. */
  readonly path: string;
  /** As operators find it. */
  readonly shown: string;
  readonly content: string;
  readonly rules: readonly Rule[];
}

const isRuleFile = (path: string): boolean => path.startsWith('rules/');

/** Rule files that were read already, by their content: Prometheis share them. */
export type RuleFiles = Map<Uint8Array, RuleFile>;

/** Every rule of one Prometheus. A file that is no YAML has none: promtool says why. */
export const ruleFilesOf = ({ files, origins }: Pick<Rendered, 'files' | 'origins'>, read: RuleFiles): RuleFile[] =>
  files
    // What names a secret is refused, and was written anew: its lines are no longer the operator's.
    .filter(({ path, secret }) => isRuleFile(path) && secret === undefined)
    .map(({ path, content }) => {
      const shown = origins.get(path) ?? path;
      const known = read.get(content);
      if (known?.shown === shown) return known;
      const file = readRuleFile(path, shown, Buffer.from(content).toString('utf8'));
      read.set(content, file);
      return file;
    });

export function readRuleFile(path: string, shown: string, content: string): RuleFile {
  const { documents } = readYamlFile(shown, Buffer.from(content));
  const groups = documents.flatMap((document) => items(child(document, 'groups')));
  return { path, shown, content, rules: groups.flatMap((group) => rulesOf(group, content)) };
}

function rulesOf(group: Tree, content: string): Rule[] {
  return items(child(group, 'rules')).flatMap((tree): Rule[] => {
    const kind = child(tree, 'alert') ? 'alert' : 'record';
    const named = child(tree, kind);
    const expr = child(tree, 'expr');
    const text = textOf(expr);
    if (!named || expr?.kind !== 'leaf' || text === undefined) return [];
    return [
      {
        kind,
        name: textOf(named) ?? '',
        group: textOf(child(group, 'name')) ?? '',
        interval: textOf(child(group, 'interval')),
        promql: parsePromql(text),
        tree,
        place: named.place,
        exprAt: placing(content, expr),
      },
    ];
  });
}

/** Worked out when something is to be said. */
function placing(content: string, leaf: Leaf): (offset: number) => Place {
  let at: ((offset: number) => Place) | undefined;
  return (offset) => {
    at ??= placesIn(content, leaf);
    return at(offset);
  };
}
