import type { Place } from '../place.ts';
import type { Leaf } from '../tree.ts';

/**
 * Where each character of a scalar's text stands in the file that holds it: YAML folds lines, takes away indentation and reads escapes, and
 * what a parser says of the text must be said of the file.
 */
export function placesIn(content: string, leaf: Leaf): (offset: number) => Place {
  const { file, line, column } = leaf.place;
  const lines = content.split('\n');
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  const offsets = offsetsOf(content, before + column - 1, leaf.text);
  const starts = lineStarts(lines);
  return (offset) => {
    const at = offsets[Math.max(0, Math.min(offset, leaf.text.length))] ?? before + column - 1;
    const index = starts.findLastIndex((start) => start <= at);
    return { file, line: index + 1, column: at - (starts[index] ?? 0) + 1 };
  };
}

function lineStarts(lines: readonly string[]): number[] {
  let start = 0;
  return lines.map((one) => {
    const own = start;
    start += one.length + 1;
    return own;
  });
}

/** Offsets in the source of every character of `text`, and of its end. */
export function offsetsOf(source: string, start: number, text: string): number[] {
  const first = source[start];
  if (first === '|' || first === '>') return offsetsOfBlock(source, start, text);
  if (first === '"') return offsetsOfQuoted(source, start + 1, text, '"');
  return first === "'" ? offsetsOfQuoted(source, start + 1, text, "'") : offsetsOfQuoted(source, start, text, '');
}

/** Of a scalar in the flow of the text: plain, or between quotes. */
function offsetsOfQuoted(source: string, start: number, text: string, quote: '"' | "'" | ''): number[] {
  const offsets: number[] = [];
  let at = start;
  while (offsets.length < text.length && at < source.length) {
    const fold = /[ \t]*\r?\n\s*/y;
    fold.lastIndex = at;
    const folded = fold.exec(source)?.[0];
    if (folded !== undefined) {
      // One line end is a space, each further one stays.
      const ends = folded.split('\n').length - 1;
      for (let n = 0; n < Math.max(1, ends - 1); n++) offsets.push(at);
      at += folded.length;
    } else if (quote === '"' && source[at] === '\\') at = readEscape(source, at, offsets);
    else {
      offsets.push(at);
      at += quote === "'" && source.startsWith("''", at) ? 2 : 1;
    }
  }
  return [...offsets.slice(0, text.length), Math.min(at, source.length)];
}

/** @returns where it ends */
function readEscape(source: string, at: number, offsets: number[]): number {
  const [line] = /^\\\r?\n[ \t]*/.exec(source.slice(at, at + 200)) ?? [];
  if (line !== undefined) return at + line.length;
  const digits = { x: 2, u: 4, U: 8 }[source[at + 1] ?? ''] ?? 0;
  offsets.push(at);
  // What lies beyond the first plane is two characters of a JavaScript string.
  if (digits === 8 && Number.parseInt(source.slice(at + 2, at + 10), 16) > 0xff_ff) offsets.push(at);
  return at + 2 + digits;
}

/** Of a block scalar: each of its lines without their common indentation. */
function offsetsOfBlock(source: string, start: number, text: string): number[] {
  const offsets: number[] = [];
  let at = source.indexOf('\n', start) + 1;
  const indent = indentOfBlock(source, at, source.slice(start, at), text);
  const skipIndent = (): void => {
    for (let n = 0; n < indent && source[at] === ' '; n++) at++;
  };
  if (at > 0) skipIndent();
  while (offsets.length < text.length && at > 0 && at < source.length) {
    const character = text[offsets.length];
    const isEnd = source[at] === '\n' || source.startsWith('\r\n', at);
    if (!isEnd || character === '\n') {
      offsets.push(at);
      at += source.startsWith('\r\n', at) ? 2 : 1;
      if (isEnd) skipIndent();
      continue;
    }
    // A folded line end: a space when one, and none of its own when blank lines follow.
    const blank = /^(\r?\n[ \t]*)(?=\r?\n)/.test(source.slice(at, at + 400));
    if (character === ' ' && !blank) offsets.push(at);
    at = source.indexOf('\n', at) + 1;
    skipIndent();
  }
  return [...offsets, Math.max(start, Math.min(at > 0 ? at : start, source.length))];
}

function indentOfBlock(source: string, from: number, header: string, text: string): number {
  const own = spacesOfFirst(source.slice(from));
  // Written out, it counts from the parent's; what the text itself begins with is not of it.
  return /[1-9]/.test(header.split('#')[0] ?? '') ? own - spacesOfFirst(text) : own;
}

/** Before the first line that holds more than spaces. */
const spacesOfFirst = (text: string): number => (/^(?: *\r?\n)*( *)[^ \r\n]/.exec(text)?.[1] ?? '').length;
