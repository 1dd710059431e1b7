import type { SyntaxNode, Tree } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { didYouMean } from '../../../proto/nearest.ts';
import { FUNCTIONS } from './functions.ts';

/** An expression by the Prometheus project's own grammar. */
export interface Promql {
  readonly text: string;
  readonly tree: Tree;
}

export interface SyntaxFault {
  /** Of the character in the expression. */
  readonly offset: number;
  readonly message: string;
  readonly hint?: string;
}

// Prometheus 2 has it; the grammar of today does not. A word of the same length keeps every position.
const AS_NOW = (text: string): string => text.replaceAll(/\bholt_winters(?=\s*\()/g, 'deriv       ');

export const parsePromql = (text: string): Promql => ({ text, tree: parser.parse(AS_NOW(text)) });

/** The first thing that can't be read in it. What types an expression has is for promtool to say. */
export function syntaxFault({ text, tree }: Promql): SyntaxFault | undefined {
  let error: SyntaxNode | undefined;
  let open: SyntaxFault | undefined;
  tree.iterate({
    enter(node) {
      if (error || open) return false;
      if (node.type.isError) error = node.node;
      else if (node.name === 'StringLiteral') open = unendedString(text, node.from, node.to);
      return true;
    },
  });
  if (open) return open;
  return error && explain(text, error);
}

function unendedString(text: string, from: number, to: number): SyntaxFault | undefined {
  const quote = text[from];
  if (to - from > 1 && text[to - 1] === quote) return undefined;
  return { offset: from, message: `the text that begins with ${quote} here is not ended` };
}

function explain(text: string, error: SyntaxNode): SyntaxFault {
  const { from, parent } = error;
  if (text.trim() === '') return { offset: 0, message: 'the expression is empty' };
  const called = parent?.name === 'GroupingLabels' ? undefined : unknownFunction(text, from);
  if (called) return called;
  const rest = text.slice(from);
  const at = from + (/^\s*/.exec(rest)?.[0].length ?? 0);
  const open = unclosed(text).findLast(({ offset }) => offset < at);
  if (/^\s*(#.*)?$/.test(rest)) {
    const offset = text.trimEnd().length;
    return withHint(
      offset,
      open ? 'the expression ends, and a bracket is open' : 'the expression ends too early',
      open && notClosed(text, open),
    );
  }
  const token = tokenAt(text, at);
  if (parent?.name === 'UnquotedLabelMatcher' && /^\w/.test(token)) {
    return { offset: at, message: `\`${token}\` must be in quotes`, hint: `write "${token}"` };
  }
  return withHint(at, `\`${token}\` can't stand here`, hintFor(text, at, token) ?? (open && notClosed(text, open)));
}

const withHint = (offset: number, message: string, hint: string | undefined): SyntaxFault =>
  hint === undefined ? { offset, message } : { offset, message, hint };

/** `foo(`: the grammar knows every function by name, and reads any other as a metric with something odd behind it. */
function unknownFunction(text: string, from: number): SyntaxFault | undefined {
  for (const { 0: whole, 1: name = '', index } of text.matchAll(/([A-Za-z_:][\w:]*)\s*\(/g)) {
    const isThere = from >= index && from <= index + whole.length;
    if (!isThere || FUNCTIONS.has(name) || NOT_CALLED.has(name.toLowerCase())) continue;
    return withHint(index, `PromQL has no function \`${name}\``, didYouMean(name, FUNCTIONS));
  }
  return undefined;
}

/** Words that a bracket may follow. */
const NOT_CALLED = new Set(
  'by without on ignoring group_left group_right and or unless bool offset atan2 fill fill_left fill_right'.split(' '),
);

function hintFor(text: string, at: number, token: string): string | undefined {
  const before = text.slice(0, at).trimEnd();
  if (/\b(by|without|on|ignoring)$/i.test(before)) return 'labels stand in brackets: `by (job)`';
  if (/\[\s*\d+$/.test(before)) return 'a duration is such as `5m` or `1h30m`';
  if (/\[\s*\$?$/.test(before))
    return 'a range is a duration such as `[5m]`; the variables of a dashboard mean nothing here';
  return token === '=' ? 'equal is `==`' : undefined;
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

interface Bracket {
  readonly sign: string;
  readonly offset: number;
}

function notClosed(text: string, { sign, offset }: Bracket): string {
  const before = /[\w:]+\s*$/.exec(text.slice(0, offset))?.[0].trim();
  return before === undefined
    ? `a \`${sign}\` before it is not closed`
    : `the \`${sign}\` after \`${before}\` is not closed`;
}

/** Brackets without their other half, the outermost first. */
function unclosed(text: string): Bracket[] {
  const open: Bracket[] = [];
  const parts = /"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|`[^`]*`?|#.*|[()[\]{}]/g;
  for (const { 0: found, index } of text.matchAll(parts)) {
    if (found in CLOSING) open.push({ sign: found, offset: index });
    else if (found === CLOSING[open.at(-1)?.sign ?? '']) open.pop();
  }
  return open;
}

const tokenAt = (text: string, at: number): string =>
  /^(?:[\w:.$]+|[=!<>]=?~?|"[^"]*"?|'[^']*'?|\S)/.exec(text.slice(at))?.[0] ?? '';
