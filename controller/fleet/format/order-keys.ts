import { type Document, isMap, isScalar, LineCounter, type Pair, parseAllDocuments } from 'yaml';
import { KINDS, SCHEMAS } from '../kinds/kinds.ts';

/** The keys of each document that is of a kind, each with its lines and the comments above it, in the order of the language. */
export function orderKeys(text: string): string {
  const counter = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: counter, prettyErrors: false });
  if ('empty' in documents) return text;
  const lines = text.split('\n');
  // From the last document to the first: the lines of those before it stay where they are.
  for (const document of documents.toReversed()) {
    const chunks = chunksOf(document, lines, (offset) => counter.linePos(offset).line - 1);
    const [first, last] = [chunks[0], chunks.at(-1)];
    if (!first || !last) continue;
    const ordered = chunks.toSorted((a, b) => a.rank - b.rank).flatMap((chunk) => lines.slice(chunk.from, chunk.to));
    lines.splice(first.from, last.to - first.from, ...ordered);
  }
  return lines.join('\n');
}

/** A key with all that belongs to it: lines from `from` to before `to`. */
interface Chunk {
  readonly from: number;
  readonly to: number;
  readonly rank: number;
}

function chunksOf(document: Document, lines: readonly string[], lineOf: (offset: number) => number): Chunk[] {
  const root = document.contents;
  if (!isMap(root) || root.flow) return [];
  const kind = KINDS.find((one) => one === document.get('kind'));
  if (!kind) return [];
  const order = ['kind', 'name', ...Object.keys(SCHEMAS[kind].shape).filter((key) => key !== 'kind' && key !== 'name')];
  const starts = root.items.map((pair) => lineOf((pair.key as { range?: readonly number[] }).range?.[0] ?? 0));
  // Two keys in one line have no lines of their own.
  if (new Set(starts).size < starts.length) return [];
  return root.items.map((pair, index) => {
    const from = index === 0 ? (starts[0] ?? 0) : aboveOf(lines, starts[index] ?? 0, starts[index - 1] ?? 0);
    const next = starts[index + 1];
    const to =
      next === undefined ? endOf(lines, starts[index] ?? 0, pair, lineOf) : aboveOf(lines, next, starts[index] ?? 0);
    const rank = order.indexOf(isScalar(pair.key) ? String(pair.key.value) : '');
    return { from, to, rank: rank < 0 ? order.length : rank };
  });
}

/** Where the comments and empty lines begin that stand above a key. */
function aboveOf(lines: readonly string[], start: number, after: number): number {
  let from = start;
  while (from - 1 > after && /^\s*(#.*)?$/.test(lines[from - 1] ?? '')) from--;
  return from;
}

/** What follows the last key's value is of the document, not of the key. */
function endOf(lines: readonly string[], start: number, { value }: Pair, lineOf: (offset: number) => number): number {
  const range = (value as { range?: readonly number[] } | null)?.range;
  const last = range ? lineOf(Math.max(range[0] ?? 0, (range[1] ?? 0) - 1)) : start;
  let to = Math.max(start, last) + 1;
  while (to - 1 > start && /^\s*(#.*)?$/.test(lines[to - 1] ?? '')) to--;
  return to;
}
