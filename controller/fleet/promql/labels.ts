import {
  argumentsOf,
  bare,
  calledBy,
  childrenOf,
  expressionOf,
  isExpression,
  type Node,
  readSelector,
  sidesOf,
  textAt,
} from './nodes.ts';
import type { Promql } from './parse.ts';

/** The labels that series can have at most; undefined: any. */
export type Labels = ReadonlySet<string> | undefined;

const NONE: ReadonlySet<string> = new Set();

/** `records`: what the recording rules of the same Prometheus leave, by name. */
export function labelsOf(promql: Promql, records: ReadonlyMap<string, Labels>, node = expressionOf(promql)): Labels {
  if (!node) return undefined;
  const inner = (one: Node | undefined): Labels => (one ? labelsOf(promql, records, one) : undefined);
  if (node.name === 'VectorSelector') {
    const { metric } = readSelector(promql, node);
    return metric === undefined ? undefined : records.get(metric);
  }
  if (node.name === 'NumberDurationLiteral' || node.name === 'StringLiteral') return NONE;
  if (node.name === 'AggregateExpr') return ofAggregation(promql, node, inner(argumentsOf(node).at(-1)));
  if (node.name === 'FunctionCall') return ofCall(promql, node, inner);
  if (node.name === 'BinaryExpr') return ofOperator(promql, node, inner);
  return inner(childrenOf(node).find(isExpression));
}

/** Of `by (a, b)` or `without (a, b)`; undefined when there is none. */
export function groupingOf(
  promql: Promql,
  node: Node,
): { by: boolean; labels: { name: string; node: Node }[] } | undefined {
  const modifier = node.getChild('AggregateModifier');
  const list = modifier?.getChild('GroupingLabels');
  if (!modifier || !list) return undefined;
  return { by: modifier.getChild('By') !== null, labels: namesIn(promql, list) };
}

const namesIn = (promql: Promql, list: Node): { name: string; node: Node }[] =>
  childrenOf(list)
    .filter((one) => one.name === 'LabelName' || one.name === 'QuotedLabelName')
    .map((one) => ({ name: textAt(promql, one).replaceAll(/^["']|["']$/g, ''), node: one }));

function ofAggregation(promql: Promql, node: Node, input: Labels): Labels {
  // These choose series and leave them as they are.
  if (/^(topk|bottomk|limitk|limit_ratio)$/.test(calledBy(promql, node))) return input;
  const grouping = groupingOf(promql, node);
  const names = (grouping?.labels ?? []).map(({ name }) => name);
  if (calledBy(promql, node) === 'count_values') return undefined;
  if (!grouping) return NONE;
  if (grouping.by) return new Set(names.filter((name) => !input || input.has(name)));
  return input && without(input, names);
}

const without = (labels: ReadonlySet<string>, names: readonly string[]): ReadonlySet<string> =>
  new Set([...labels].filter((label) => !names.includes(label)));

function ofCall(promql: Promql, node: Node, inner: (one: Node | undefined) => Labels): Labels {
  const name = calledBy(promql, node);
  const given = argumentsOf(node);
  if (/^(vector|scalar|time|pi)$/.test(name)) return NONE;
  if (/^(label_replace|label_join|info|absent|absent_over_time)$/.test(name)) return undefined;
  const series = given.find((one) => !/^(NumberDurationLiteral|StringLiteral|UnaryExpr)$/.test(bare(one).name));
  // Without one it is of the evaluation's own time, as `hour()`.
  return series ? inner(series) : NONE;
}

function ofOperator(promql: Promql, node: Node, inner: (one: Node | undefined) => Labels): Labels {
  const sides = sidesOf(promql, node);
  if (!sides) return undefined;
  const [left, right] = [inner(sides.left), inner(sides.right)];
  if (sides.op === 'or') return left && right && new Set([...left, ...right]);
  if (sides.op === 'and' || sides.op === 'unless') return left;
  if (isNumber(promql, sides.right)) return left;
  if (isNumber(promql, sides.left)) return right;
  const clause = node.getChild('MatchingModifierClause');
  if (clause?.getChild('GroupLeft') || clause?.getChild('GroupRight')) return undefined;
  const names = (
    clause?.getChild('GroupingLabels') ? namesIn(promql, clause.getChild('GroupingLabels') as Node) : []
  ).map((one) => one.name);
  if (clause?.getChild('On')) return new Set(names);
  const both = left && right ? new Set([...left].filter((label) => right.has(label))) : (left ?? right);
  return clause && both ? without(both, names) : both;
}

const isNumber = (promql: Promql, node: Node): boolean =>
  /^(NumberDurationLiteral|UnaryExpr)$/.test(bare(node).name) ||
  /^(scalar|time|pi)$/.test(calledBy(promql, bare(node)));
