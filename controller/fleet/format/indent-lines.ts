import { isCollection, isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml';

const STEP = 2;

/** Every level of block style indented by two more than the one around it; what lies within one value is shifted along with it. */
export function indentLines(text: string): string {
  const counter = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: counter, prettyErrors: false });
  if ('empty' in documents) return text;
  const lines = new Lines(text, counter);
  for (const { contents } of documents) if (contents) lines.visit(contents, 0);
  return lines.shifted();
}

/** A value that goes over several lines, all of which go where its first one goes. */
interface Span {
  readonly first: number;
  readonly last: number;
}

class Lines {
  readonly #lines: readonly string[];
  readonly #counter: LineCounter;
  /** By line, from 0: the column at which it shall begin. */
  readonly #wanted = new Map<number, number>();
  readonly #spans: Span[] = [];

  constructor(text: string, counter: LineCounter) {
    this.#lines = text.split('\n');
    this.#counter = counter;
  }

  /** `wanted` is the column for a block that begins here. */
  visit(node: unknown, wanted: number): void {
    if (isPair(node)) {
      this.visit(node.value, wanted);
      return;
    }
    const { range } = node as Node;
    if (!range || (!isCollection(node) && !isScalar(node))) return;
    const first = this.#lineOf(range[0]);
    const last = this.#lineOf(Math.max(range[0], range[1] - 1));
    if (!isCollection(node) || node.flow) {
      if (last > first) this.#spans.push({ first, last });
      return;
    }
    const column = range[0] - this.#startOf(first);
    // `- name: x`: a block that begins in the line of the dash stays as far from it as it is.
    const begins = indentOf(this.#lines[first] ?? '') === column ? wanted : wanted - STEP + this.#gap(first, column);
    for (let line = first; line <= last; line++) {
      const text = this.#lines[line] ?? '';
      if (text.trim() !== '' && indentOf(text) === column) this.#wanted.set(line, begins);
    }
    for (const item of node.items) {
      // The members of a list, and what a key holds, are one step in.
      if (isMap(node) || isSeq(node)) this.visit(item, begins + STEP);
    }
  }

  shifted(): string {
    const inside = new Map<number, number>();
    for (const { first, last } of this.#spans) for (let line = first + 1; line <= last; line++) inside.set(line, first);
    const by = new Map<number, number>();
    const shiftOf = (line: number): number => {
      const known = by.get(line);
      if (known !== undefined) return known;
      const first = inside.get(line);
      const wanted = this.#wanted.get(line);
      const text = this.#lines[line] ?? '';
      let shift = 0;
      if (first !== undefined) shift = shiftOf(first);
      else if (wanted !== undefined) shift = wanted - indentOf(text);
      // A comment goes with what it stands above.
      else if (text.trim().startsWith('#') && line + 1 < this.#lines.length) shift = shiftOf(line + 1);
      by.set(line, shift);
      return shift;
    };
    for (let line = this.#lines.length - 1; line >= 0; line--) shiftOf(line);
    return this.#lines.map((text, line) => move(text, by.get(line) ?? 0)).join('\n');
  }

  /** How far a block in the line of its dash is from the dash. */
  #gap(line: number, column: number): number {
    const before = (this.#lines[line] ?? '').slice(0, column);
    return column - before.lastIndexOf('-');
  }

  #lineOf = (offset: number): number => this.#counter.linePos(offset).line - 1;
  #startOf = (line: number): number => this.#counter.lineStarts[line] ?? 0;
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

const move = (line: string, by: number): string => {
  if (line.trim() === '' || by === 0) return line;
  return by > 0 ? ' '.repeat(by) + line : line.slice(Math.min(-by, indentOf(line)));
};
