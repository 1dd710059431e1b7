import { groupingOf, labelsOf } from '../promql/labels.ts';
import {
  argumentsOf,
  bare,
  calledBy,
  expressionOf,
  filterOf,
  type Node,
  nodesOf,
  readSelector,
  sidesOf,
  textAt,
  under,
} from '../promql/nodes.ts';
import type { Rule } from '../promql/rules.ts';
import type { Lint } from './lint.ts';
import type { PrometheusView } from './view.ts';

/** What a rule's result is, against what its name and its labels promise. */
export function lintResults(view: PrometheusView): Lint[] {
  const grouped = new Set(
    view.rules.flatMap(({ promql }) =>
      nodesOf(promql, 'AggregateExpr').flatMap(
        (node) => groupingOf(promql, node)?.labels.map(({ name }) => name) ?? [],
      ),
    ),
  );
  return view.rules.flatMap((rule) => [
    ...lostLabels(rule, view, grouped),
    ...nameOnly(rule, view),
    ...nothingWhenHealthy(rule),
    ...ratios(rule),
  ]);
}

/** `avg by (job) (instance:x)` where `instance:x` has no job: the result has none either. */
function lostLabels(rule: Rule, view: PrometheusView, grouped: ReadonlySet<string>): Lint[] {
  const { promql, tree, exprAt } = rule;
  const lost = nodesOf(promql, 'AggregateExpr').flatMap((node) => {
    const grouping = groupingOf(promql, node);
    const inner = argumentsOf(node).at(-1);
    const input = inner && labelsOf(promql, view.records, inner);
    if (!grouping?.by || !inner || !input) return [];
    return grouping.labels.filter(({ name }) => !input.has(name)).map(({ name, node: at }) => ({ name, at, inner }));
  });
  if (lost.length > 0) {
    return lost.map(({ name, at, inner }) => ({
      name: 'lost-label',
      place: exprAt(at.from),
      message: `\`by (${name})\` keeps nothing: ${short(textAt(promql, inner))} has no label \`${name}\``,
      hint: `keep \`${name}\` in the rule that it comes from, such as \`by (${name}, instance)\` there`,
      scope: tree,
    }));
  }
  const has = labelsOf(promql, view.records);
  const level = levelOf(rule);
  const missing =
    level === undefined || !has ? [] : level.split('_').filter((label) => isLabel(label, grouped) && !has.has(label));
  return missing.map((label) => ({
    name: 'lost-label',
    place: rule.place,
    message: `\`${rule.name}\` promises the label \`${label}\`, and its expression leaves none`,
    hint: `aggregate \`by (${label})\`, or name it after the labels that it has`,
    scope: tree,
  }));
}

const isLabel = (word: string, grouped: ReadonlySet<string>): boolean =>
  word === 'job' || word === 'instance' || grouped.has(word);

/** `level:metric:operations`. */
const levelOf = ({ kind, name }: Rule): string | undefined =>
  kind === 'record' && name.split(':').length > 1 && /^[a-z]/.test(name) ? name.split(':')[0] : undefined;

const RANGED = /^(rate|irate|increase|delta|idelta|deriv|changes|resets|\w+_over_time)$/;

/** `instance:x: rate(…)`: one series for each set of labels that the metric has, and not one for each instance. */
function nameOnly(rule: Rule, view: PrometheusView): Lint[] {
  const level = levelOf(rule);
  const { promql } = rule;
  if (level !== 'instance' && level !== 'job') return [];
  if (labelsOf(promql, view.records) !== undefined || nodesOf(promql, 'AggregateExpr').length > 0) return [];
  const ranged = nodesOf(promql, 'FunctionCall').find((node) => {
    const metric = under(node, 'VectorSelector').map((one) => readSelector(promql, one).metric)[0];
    return RANGED.test(calledBy(promql, node)) && metric !== undefined && /_(total|count|sum|bucket)$/.test(metric);
  });
  if (!ranged) return [];
  return [
    {
      name: 'per-level-in-name-only',
      place: rule.place,
      message: `\`${rule.name}\` is not one series for each ${level}: nothing is aggregated, so there is one for each set of labels`,
      hint: `write \`sum by (${level}) (${short(textAt(promql, ranged), 60)})\`; of an average, sum both parts`,
      scope: rule.tree,
    },
  ];
}

/** `count(x < 0.1)` has no value while nothing is below. */
function nothingWhenHealthy(rule: Rule): Lint[] {
  const { promql, tree, exprAt } = rule;
  return nodesOf(promql, 'AggregateExpr').flatMap((node): Lint[] => {
    const inner = argumentsOf(node).at(-1);
    const called = calledBy(promql, node);
    if (!inner || !filterOf(promql, bare(inner)) || (called !== 'count' && called !== 'sum')) return [];
    if (isFilled(rule, node) || (rule.kind === 'alert' && !holdsForNone(rule, node))) return [];
    const text = short(textAt(promql, node), 60);
    return [
      {
        name: 'nothing-when-healthy',
        place: exprAt(node.from),
        message: `\`${text}\` is nothing at all, and not 0, while the comparison holds for none`,
        hint: `write \`${text} or vector(0)\``,
        scope: tree,
      },
    ];
  });
}

/** Something stands in when it is empty: `or` above it. */
function isFilled({ promql }: Rule, node: Node): boolean {
  for (let at = node.parent; at; at = at.parent) if (sidesOf(promql, at)?.op === 'or') return true;
  return false;
}

/** An alert that compares with `> 0` is silent when there is nothing, as it should be. */
function holdsForNone({ promql }: Rule, node: Node): boolean {
  for (let at = node.parent; at; at = at.parent) {
    const sides = filterOf(promql, at);
    if (sides) return ['==', '<', '<='].includes(sides.op);
  }
  return false;
}

/** `errors / all` of one metric: no errors yet is no series, and so no ratio. */
function ratios(rule: Rule): Lint[] {
  const { promql, tree, exprAt } = rule;
  return nodesOf(promql, 'BinaryExpr').flatMap((node): Lint[] => {
    const sides = sidesOf(promql, node);
    if (sides?.op !== '/') return [];
    const [part, whole] = [sides.left, sides.right].map((side) => onlySelector(rule, side));
    if (!part || !whole || part.metric === undefined || part.metric !== whole.metric) return [];
    const narrower = part.matchers.length > whole.matchers.length;
    if (
      !narrower ||
      nodesOf(promql, 'BinaryExpr').some((one) => sidesOf(promql, one)?.op === 'or' && one.from <= node.to)
    )
      return [];
    const aggregated = groupingOf(promql, bare(sides.left));
    const left = short(textAt(promql, bare(sides.left)), 60);
    const zero = aggregated ? `0 * ${short(textAt(promql, bare(sides.right)), 60)}` : 'vector(0)';
    return [
      {
        name: 'ratio-without-zero',
        place: exprAt(sides.left.from),
        message: `while no series of \`${part.metric}\` matches, this part of the ratio is nothing, and so is the ratio`,
        hint: `write \`(${left} or ${zero})\``,
        scope: tree,
      },
    ];
  });
}

function onlySelector({ promql }: Rule, side: Node) {
  const top = bare(side);
  const selectors = under(top, 'VectorSelector');
  const [only] = selectors;
  return top.name === 'AggregateExpr' && only && selectors.length === 1 ? readSelector(promql, only) : undefined;
}

export const short = (text: string, most = 40): string => {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
};

/** The whole of a rule's expression, without the brackets around it. */
export const wholeOf = ({ promql }: Rule): Node | undefined => {
  const whole = expressionOf(promql);
  return whole && bare(whole);
};
