import { type Signal, signal } from '@preact/signals';
import { messageOf } from '../../proto/fault.ts';
import type { Api } from './api.ts';
import { type Graph, RANGES, type Range, type Row, STEPS, toGraph, toRows, windowOf } from './query-result.ts';
import { nameOf, type PageState } from './state.ts';
import type { PrometheusView } from './wire.ts';

const LINES_DRAWN = 40;
const LONGEST_STILL_MS = 60_000;

export interface QueryAnswer {
  readonly askedAtMs: number;
  readonly query: string;
  readonly range: Range;
  readonly graph: Graph | undefined;
  readonly rows: readonly Row[];
  /** What Prometheus said against it; '' when it answered. */
  readonly error: string;
  /** Why there is a table and no graph. */
  readonly graphError: string;
}

/** What is asked, of whom, and what came back. */
export interface QueryBox {
  readonly text: Signal<string>;
  readonly range: Signal<Range>;
  /** `unit@host`; '' for the first there is. */
  readonly chosen: Signal<string>;
  readonly follow: Signal<boolean>;
  readonly running: Signal<boolean>;
  readonly answer: Signal<QueryAnswer | undefined>;
  /** Asks what is written now. */
  readonly run: () => Promise<void>;
  /** Asks the last question again; what someone is writing meanwhile is not asked. */
  readonly refresh: () => Promise<void>;
}

export interface Asked {
  readonly query: string;
  readonly range: Range;
  readonly on: string;
}

export const EXAMPLES: readonly { readonly name: string; readonly query: string }[] = [
  { name: 'Targets up', query: 'up' },
  { name: 'CPU busy', query: '1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m]))' },
  { name: 'Memory used', query: '1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes' },
  { name: 'Disk used', query: '1 - node_filesystem_avail_bytes / node_filesystem_size_bytes' },
  { name: 'Scrape duration', query: 'scrape_duration_seconds' },
  { name: 'Samples stored per second', query: 'rate(prometheus_tsdb_head_samples_appended_total[5m])' },
];
const FIRST_QUERY = 'scrape_duration_seconds';

/** The question lies in the address, so that a reload or a shared address asks it again. */
export function readAsked(hash: string): Asked {
  const words = new URLSearchParams(hash.slice(1));
  const range = words.get('range') ?? '';
  return {
    query: words.get('query') ?? FIRST_QUERY,
    range: range in RANGES ? (range as Range) : '15m',
    on: words.get('on') ?? '',
  };
}

export const writeAsked = ({ query, range, on }: Asked): string =>
  `#${new URLSearchParams({ query, range, ...(on ? { on } : {}) })}`;

export function chosenOf(state: PageState, chosen: string): PrometheusView | undefined {
  const all = state.prometheis.value;
  return all.find((one) => nameOf(one) === chosen) ?? all[0];
}

export function createQueryBox(
  options: { api: Api; state: PageState; now: () => number; onAsked: (asked: Asked) => void },
  first: Asked,
): QueryBox {
  const { api, state, now, onAsked } = options;
  const box = {
    text: signal(first.query),
    range: signal(first.range),
    chosen: signal(first.on),
    follow: signal(true),
    running: signal(false),
    answer: signal<QueryAnswer | undefined>(undefined),
  };
  let turn = 0;
  const ask = async (query: string): Promise<void> => {
    const of = chosenOf(state, box.chosen.value);
    if (!of || query === '') return;
    turn += 1;
    const mine = turn;
    box.running.value = true;
    const answer = await askBoth(api, of, query, box.range.value, now());
    // A slower answer to an older question must not replace a newer one.
    if (mine !== turn) return;
    box.answer.value = answer;
    box.running.value = false;
  };
  const run = (): Promise<void> => {
    const query = box.text.value.trim();
    onAsked({ query, range: box.range.value, on: box.chosen.value });
    return ask(query);
  };
  return { ...box, run, refresh: () => ask(box.answer.value?.query ?? '') };
}

/** Sooner than a step of its graph an answer has nothing new to show. */
export const isDue = (answer: QueryAnswer | undefined, nowMs: number): boolean =>
  answer !== undefined && nowMs - answer.askedAtMs >= Math.min(STEPS[answer.range] * 1_000, LONGEST_STILL_MS);

/** The table shows what is so now, the graph how it came to be. An expression may have one and not the other. */
async function askBoth(api: Api, of: PrometheusView, query: string, range: Range, nowMs: number): Promise<QueryAnswer> {
  const window = windowOf(range, nowMs);
  const [now, over] = await Promise.allSettled([api.query(of, query, undefined), api.query(of, query, window)]);
  return {
    askedAtMs: nowMs,
    query,
    range,
    graph: over.status === 'fulfilled' ? toGraph(over.value, window, LINES_DRAWN) : undefined,
    rows: now.status === 'fulfilled' ? toRows(now.value) : [],
    error: now.status === 'rejected' ? messageOf(now.reason) : '',
    graphError: over.status === 'rejected' ? messageOf(over.reason) : '',
  };
}
