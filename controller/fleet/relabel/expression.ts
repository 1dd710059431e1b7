/** Escapes that mean another thing in JavaScript, or nothing: what to write for them outside of brackets and inside. */
const CLASSES: Readonly<Record<string, readonly [outside: string, inside: string | undefined]>> = {
  d: ['\\d', '\\d'],
  D: ['\\D', '\\D'],
  w: ['\\w', '\\w'],
  W: ['\\W', '\\W'],
  s: ['[\\t\\n\\f\\r ]', '\\t\\n\\f\\r '],
  S: ['[^\\t\\n\\f\\r ]', undefined],
  t: ['\\t', '\\t'],
  n: ['\\n', '\\n'],
  r: ['\\r', '\\r'],
};

const SYNTAX = /[\^$\\.*+?()[\]{}|/-]/;
const PUNCTUATION = /[!-/:-@[-`{-~]/;

/**
 * A pattern of Prometheus (RE2, of the whole value) as JavaScript reads it. Undefined where both might not mean the same, or where a match
 * might take for ever.
 */
export function translate(pattern: string): RegExp | undefined {
  const parts = tokensOf(pattern);
  if (!parts || repeatsRepetition(parts)) return undefined;
  try {
    return new RegExp(`^(?:${parts.join('')})$`, 'su');
  } catch {
    return undefined;
  }
}

const TOKEN =
  /\\(.)|(\[\^?)((?:\\.|[^\\\]])+)\]|(\((?!\?)|\(\?(?:P?<\w+>|:))|([*+?]\??|\{\d+(?:,\d*)?\}\??)|([^\\[\]{}()*+?]|\))/suy;

/** A token is an atom, a quantifier, or one end of a group. */
function tokensOf(pattern: string): string[] | undefined {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < pattern.length) {
    const found = TOKEN.exec(pattern);
    if (!found) return undefined;
    const [, escaped, open, members, group, quantifier, atom = ''] = found;
    const token = escaped
      ? escape(escaped, false)
      : open && members
        ? bracket(open, members)
        : (group?.replace('?P<', '?<') ?? quantifier ?? atom);
    if (token === undefined) return undefined;
    tokens.push(token);
  }
  return tokens;
}

function escape(sign: string, isInside: boolean): string | undefined {
  if (CLASSES[sign]) return CLASSES[sign][isInside ? 1 : 0];
  if (!PUNCTUATION.test(sign)) return undefined;
  return SYNTAX.test(sign) && (isInside || sign !== '-') ? `\\${sign}` : sign;
}

function bracket(open: string, members: string): string | undefined {
  // `[[:alpha:]]`, and what begins with a bracket that is meant.
  if (members.includes('[')) return undefined;
  let written = '';
  for (const { 0: whole, 1: escaped } of members.matchAll(/\\(.)|[^\\]/gsu)) {
    const member = escaped === undefined ? whole : escape(escaped, true);
    if (member === undefined) return undefined;
    written += member;
  }
  return `${open}${written}]`;
}

/** A group that is repeated, with a repetition or a capture within: which round counts is told in different ways. */
function repeatsRepetition(tokens: readonly string[]): boolean {
  const open: { holds: boolean }[] = [];
  let closed: { holds: boolean } | undefined;
  for (const token of tokens) {
    const repeats = /^([*+]|\{)/.test(token);
    if (repeats && closed?.holds) return true;
    if (token.startsWith('(')) open.push({ holds: token !== '(?:' });
    else if (token === ')') {
      closed = open.pop();
      const around = open.at(-1);
      if (around && closed?.holds) around.holds = true;
      continue;
    } else if (repeats && open.length > 0) {
      const around = open.at(-1);
      if (around) around.holds = true;
    }
    closed = undefined;
  }
  return false;
}
