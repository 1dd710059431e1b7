import { Lexer } from 'yaml';
import type { Place } from './place.ts';

type Spot = Omit<Place, 'file'>;

/** What the lexer says before a scalar. */
const SCALAR_FOLLOWS = '\u001f';
/** That and what else it says that stands in no file. */
const SIGNS: ReadonlySet<string> = new Set(['\u0002', '\u0018', SCALAR_FOLLOWS]);

/** Where flow style is nested more deeply than can be read: the library goes in by calling itself. */
export function tooDeep(text: string, limit: number): Spot | undefined {
  if (deepest(text) <= limit) return undefined;
  let depth = 0;
  let offset = 0;
  let before = '';
  for (const token of new Lexer().lex(text)) {
    const isScalar = before === SCALAR_FOLLOWS;
    if (!isScalar && (token === '[' || token === '{') && ++depth > limit) return spotAt(text, offset);
    if (!isScalar && (token === ']' || token === '}')) depth--;
    if (!SIGNS.has(token)) offset += token.length;
    before = token;
  }
  return undefined;
}

/** At most: brackets in text and comments count as well. */
function deepest(text: string): number {
  let depth = 0;
  let most = 0;
  for (const bracket of text.match(/[[{\]}]/g) ?? []) {
    depth = bracket === '[' || bracket === '{' ? depth + 1 : Math.max(0, depth - 1);
    most = Math.max(most, depth);
  }
  return most;
}

function spotAt(text: string, offset: number): Spot {
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}
