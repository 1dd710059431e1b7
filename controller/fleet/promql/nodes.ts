import type { SyntaxNode } from '@lezer/common';
import type { Promql } from './parse.ts';

export type Node = SyntaxNode;

export interface Matcher {
  readonly label: string;
  readonly op: string;
  readonly value: string;
}

/** A choice of series, as `up{job="a"}`. */
export interface Selector {
  readonly node: Node;
  /** Undefined when it is chosen by other labels alone, or by a pattern. */
  readonly metric: string | undefined;
  readonly matchers: readonly Matcher[];
}

export const isExpression = (node: Node): boolean => node.type.is('Expr');

export function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) children.push(child);
  return children;
}

/** Every node of some names, in reading order. */
export function nodesOf({ tree }: Promql, ...names: readonly string[]): Node[] {
  return under(tree.topNode, ...names);
}

export function under(top: Node, ...names: readonly string[]): Node[] {
  const own = names.includes(top.name) ? [top] : [];
  return [...own, ...childrenOf(top).flatMap((child) => under(child, ...names))];
}

export const textAt = ({ text }: Promql, node: Node): string => text.slice(node.from, node.to);

export const expressionOf = ({ tree }: Promql): Node | undefined => childrenOf(tree.topNode).find(isExpression);

/** Without the brackets around it. */
export function bare(node: Node): Node {
  const [inner] = node.name === 'ParenExpr' ? childrenOf(node).filter(isExpression) : [];
  return inner ? bare(inner) : node;
}

/** The function or aggregation that a node calls; '' when it calls none. */
export function calledBy(promql: Promql, node: Node): string {
  const name = node.getChild('FunctionIdentifier') ?? node.getChild('AggregateOp');
  return name ? textAt(promql, name).toLowerCase() : '';
}

export const argumentsOf = (node: Node): Node[] =>
  childrenOf(node.getChild('FunctionCallBody') ?? node).filter(isExpression);

/** Both sides of an operator, and it. */
export function sidesOf(promql: Promql, node: Node): { left: Node; right: Node; op: string } | undefined {
  if (node.name !== 'BinaryExpr') return undefined;
  const [left, right] = childrenOf(node).filter(isExpression);
  const op = childrenOf(node).find((child) => !isExpression(child));
  return left && right && op ? { left, right, op: textAt(promql, op).toLowerCase() } : undefined;
}

const COMPARISONS = new Set(['==', '!=', '>', '<', '>=', '<=']);

/** A comparison that leaves out what it does not hold for. */
export function filterOf(promql: Promql, node: Node) {
  const sides = sidesOf(promql, node);
  return sides && COMPARISONS.has(sides.op) && !node.getChild('BoolModifier') ? sides : undefined;
}

export const selectorsOf = (promql: Promql, top: Node = promql.tree.topNode): Selector[] =>
  under(top, 'VectorSelector').map((node) => readSelector(promql, node));

export function readSelector(promql: Promql, node: Node): Selector {
  const identifier = node.getChild('Identifier');
  const list = node.getChild('LabelMatchers');
  const matchers = list ? childrenOf(list).flatMap((matcher) => readMatcher(promql, matcher)) : [];
  const named = matchers.find(({ label, op }) => label === '__name__' && op === '=')?.value;
  const quoted = list?.getChild('QuotedLabelName');
  const metric = identifier
    ? textAt(promql, identifier)
    : (named ?? (quoted ? unquote(textAt(promql, quoted)) : undefined));
  return { node, metric, matchers: matchers.filter(({ label }) => label !== '__name__') };
}

function readMatcher(promql: Promql, node: Node): Matcher[] {
  const [label, op, value] = childrenOf(node);
  if (!label || !op || !value) return [];
  return [{ label: unquote(textAt(promql, label)), op: textAt(promql, op), value: unquote(textAt(promql, value)) }];
}

function unquote(text: string): string {
  if (!/^["'`]/.test(text)) return text;
  const inner = text.slice(1, -1);
  return text.startsWith('`') ? inner : inner.replaceAll(/\\(.)/g, '$1');
}

/** The same expression written in another way is the same text. */
export const normalised = ({ text }: Promql): string =>
  text
    .replaceAll(/("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|#.*/g, '$1')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ?([^\w"']) ?/g, '$1')
    .trim();

const SECONDS: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};

/** `1h30m` in seconds; undefined when it is none, or an expression of its own. */
export function seconds(duration: string): number | undefined {
  if (!/^(\d+(?:ms|[smhdwy]))+$/.test(duration.trim())) return undefined;
  return [...duration.matchAll(/(\d+)(ms|[smhdwy])/g)].reduce(
    (sum, [, n, unit]) => sum + Number(n) * (SECONDS[unit ?? ''] ?? 0),
    0,
  );
}

/** Of a range such as `x[5m]`. */
export function rangeSeconds(promql: Promql, matrix: Node): number | undefined {
  const range = matrix.getChild('DurationExpr');
  return range ? seconds(textAt(promql, range)) : undefined;
}
