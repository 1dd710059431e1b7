/** What Prometheus answers a query with, as it writes it. */
export type QueryResult =
  | { readonly resultType: 'matrix'; readonly result: readonly { metric: Labels; values?: readonly Point[] }[] }
  | { readonly resultType: 'vector'; readonly result: readonly { metric: Labels; value?: Point }[] }
  | { readonly resultType: 'scalar' | 'string'; readonly result: Point };
export type Labels = Readonly<Record<string, string>>;
type Point = readonly [seconds: number, value: string];

export interface Window {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** One line of the graph or one row of the table. `key` tells it from all others, from one run to the next. */
export interface Series {
  readonly key: string;
  readonly name: string;
  readonly labels: readonly (readonly [string, string])[];
}

export interface Graph {
  readonly window: Window;
  readonly series: readonly Series[];
  readonly times: readonly number[];
  /** A null where there is no sample, so that a gap is seen as a gap. */
  readonly values: readonly (readonly (number | null)[])[];
  /** Series that are not drawn, because nobody could tell so many apart. */
  readonly left: number;
}

export interface Row extends Series {
  readonly value: string;
}

export const RANGES = { '15m': 900, '1h': 3_600, '6h': 21_600, '24h': 86_400 } as const;
export type Range = keyof typeof RANGES;
const LEAST_POINTS = 24;
/** Seconds between two points of a graph. */
export const STEPS: Record<Range, number> = { '15m': 5, '1h': 15, '6h': 60, '24h': 300 };

/** Ends on a multiple of the step: a refresh then asks for the same points again and the lines stand still. */
export function windowOf(range: Range, nowMs: number): Window {
  const step = STEPS[range];
  const end = Math.floor(nowMs / 1_000 / step) * step;
  return { start: end - RANGES[range], end, step };
}

export function seriesOf(metric: Labels): Series {
  const { __name__: name = '', ...rest } = metric;
  const labels = Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1));
  return { key: JSON.stringify([name, ...labels]), name, labels };
}

/** As Prometheus writes a series: `up{instance="db-1:9100", job="node"}`. */
export function showSeries({ name, labels }: Series): string {
  if (labels.length === 0) return name || '{}';
  return `${name}{${labels.map(([label, value]) => `${label}=${JSON.stringify(value)}`).join(', ')}}`;
}

export function toGraph(data: QueryResult, window: Window, limit: number): Graph {
  const { start, end, step } = window;
  const times = Array.from({ length: Math.round((end - start) / step) + 1 }, (_, i) => start + i * step);
  const matrix = data.resultType === 'matrix' ? data.result : [];
  const drawn = matrix.slice(0, limit);
  const values = drawn.map((series) => {
    const line: (number | null)[] = times.map(() => null);
    for (const [at, value] of series.values ?? []) line[Math.round((at - start) / step)] = finite(value);
    return line.slice(0, times.length);
  });
  const from = firstShown(values, times.length);
  return {
    window,
    series: drawn.map(({ metric }) => seriesOf(metric)),
    times: times.slice(from),
    values: values.map((line) => line.slice(from)),
    left: matrix.length - drawn.length,
  };
}

/** The time before a young Prometheus knew anything is not drawn: its first minutes would be a streak at the edge. */
function firstShown(values: readonly (readonly (number | null)[])[], length: number): number {
  const firsts = values.map((line) => line.findIndex((value) => value !== null)).filter((first) => first >= 0);
  if (firsts.length === 0) return 0;
  return Math.max(0, Math.min(Math.min(...firsts) - 1, length - LEAST_POINTS));
}

/** What the y axis spans. It begins at 0 unless the lines are so far from it that they would all look flat. */
export function spanOf(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [0, 1];
  const pad = (high - low) * 0.08 || Math.abs(high) * 0.2 || 1;
  if (low >= 0 && (low === high || low < high * 0.6)) return [0, high + pad];
  if (high <= 0 && (low === high || high > low * 0.6)) return [low - pad, 0];
  return [low - pad, high + pad];
}

const finite = (value: string): number | null => (Number.isFinite(Number(value)) ? Number(value) : null);

export function toRows(data: QueryResult): Row[] {
  if (data.resultType === 'vector') {
    return data.result.map(({ metric, value }) => ({ ...seriesOf(metric), value: value?.[1] ?? 'histogram' }));
  }
  if (data.resultType === 'matrix') {
    return data.result.map(({ metric, values }) => ({
      ...seriesOf(metric),
      value: values?.at(-1)?.[1] ?? 'histogram',
    }));
  }
  return [{ ...seriesOf({}), name: data.resultType, value: data.result[1] }];
}
