/** Longest line that is looked at; a longer one is no metric that anyone waits for. */
const LINE_MAX = 64 * 1024;

/**
 * Sums metrics over their series in Prometheus's text format, piece by piece as it arrives: a page of metrics can be tens of megabytes,
 * and all that is wanted of it are one or two numbers.
 */
export class MetricSums {
  readonly #names: readonly string[];
  readonly #sums = new Map<string, number>();
  #rest = '';

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  add(text: string): void {
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      this.#line(this.#rest + text.slice(start, end));
      this.#rest = '';
      start = end + 1;
    }
    if (this.#rest.length + text.length - start <= LINE_MAX) this.#rest += text.slice(start);
  }

  end(): ReadonlyMap<string, number> {
    this.#line(this.#rest);
    return this.#sums;
  }

  #line(line: string): void {
    for (const name of this.#names) {
      if (!line.startsWith(name)) continue;
      const value = valueAfter(line, name.length);
      if (value !== undefined) this.#sums.set(name, (this.#sums.get(name) ?? 0) + value);
    }
  }
}

/** The sample's value, when the name ends at `index`: followed by its labels or by a blank. */
function valueAfter(line: string, index: number): number | undefined {
  const next = line[index];
  if (next !== '{' && next !== ' ' && next !== '\t') return undefined;
  const values = line.slice(next === '{' ? endOfLabels(line, index) : index).trim();
  const [value = ''] = values.split(/\s/, 1);
  if (value === '+Inf') return Number.POSITIVE_INFINITY;
  if (value === '-Inf') return Number.NEGATIVE_INFINITY;
  return value === '' || value === 'NaN' ? Number.NaN : Number(value);
}

/** Just after the `}` that is in no quotes. */
function endOfLabels(line: string, from: number): number {
  let isQuoted = false;
  for (let index = from; index < line.length; index++) {
    const letter = line[index];
    if (isQuoted && letter === '\\') index++;
    else if (letter === '"') isQuoted = !isQuoted;
    else if (letter === '}' && !isQuoted) return index + 1;
  }
  return line.length;
}
