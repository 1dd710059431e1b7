import { child, items, type Tree, textOf } from '../tree.ts';
import { translate } from './expression.ts';

export const ACTION_NAMES = [
  'replace',
  'keep',
  'drop',
  'keepequal',
  'dropequal',
  'hashmod',
  'labelmap',
  'labeldrop',
  'labelkeep',
  'lowercase',
  'uppercase',
] as const;
export type Action = (typeof ACTION_NAMES)[number];

/** One entry of `relabel_configs`, with Prometheus's defaults. */
export interface RelabelRule {
  readonly action: Action;
  readonly sources: readonly string[];
  readonly separator: string;
  readonly regex: RegExp;
  readonly target: string;
  readonly replacement: string;
  readonly modulus: bigint;
}

/** Undefined when one of them can't be followed here. */
export function readRules(tree: Tree | undefined): readonly RelabelRule[] | undefined {
  const rules = items(tree).map(readRule);
  const known = rules.filter((rule) => rule !== undefined);
  return known.length === rules.length ? known : undefined;
}

function readRule(tree: Tree): RelabelRule | undefined {
  const said = (key: string, otherwise: string): string => textOf(child(tree, key)) ?? otherwise;
  const action = ACTION_NAMES.find((name) => name === said('action', 'replace').toLowerCase());
  const regex = translate(said('regex', '(.*)'));
  const modulus = said('modulus', '0');
  if (!action || !regex || !/^\d+$/.test(modulus) || (action === 'hashmod' && BigInt(modulus) === 0n)) return undefined;
  return {
    action,
    sources: items(child(tree, 'source_labels')).flatMap((one) => textOf(one) ?? []),
    separator: said('separator', ';'),
    regex,
    target: said('target_label', ''),
    replacement: said('replacement', '$1'),
    modulus: BigInt(modulus),
  };
}
