import { z } from 'zod';
import type { UnitSpec } from '../../../proto/spec.ts';
import type { FleetDeps } from '../deps.ts';

/** What a Prometheus that runs says of itself. */
export interface Measured {
  /** Of its head; undefined: it did not say. */
  readonly series: number | undefined;
  /** Samples that one scrape of one target leaves, by job. */
  readonly samplesOfJob: ReadonlyMap<string, number>;
}

/** By `unit@host`, of those that answered. */
export type Measurements = ReadonlyMap<string, Measured>;

/** A plan does not wait for hosts that are slow. */
const PATIENCE_MS = 3_000;
/** Beyond these it is estimated from what the catalogue says. */
const MOST_ASKED = 24;

const head = z.object({ data: z.object({ headStats: z.object({ numSeries: z.number() }) }) });
const vector = z.object({
  data: z.object({
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
});
const SAMPLES = 'avg by (job) (scrape_samples_post_metric_relabeling)';

/** Asks the Prometheis that run now, through their hosts' own agents. What does not answer is not measured. */
export async function measure({ stores, ask }: Pick<FleetDeps, 'stores' | 'ask'>): Promise<Measurements> {
  if (!ask) return new Map();
  const running = [...stores.specs.all()].flatMap(([host, { spec }]) =>
    spec.units.filter((unit) => unit.component === 'prometheus' && !unit.stopped).map((unit) => ({ host, unit })),
  );
  const asked = running.slice(0, MOST_ASKED).map(async ({ host, unit }): Promise<[string, Measured][]> => {
    const get = async <T>(path: string, shape: z.ZodType<T>): Promise<T | undefined> => {
      const text = await ask(host, unit, `${prefixOf(unit)}${path}`, PATIENCE_MS).catch(() => undefined);
      return text === undefined ? undefined : shape.safeParse(parsed(text)).data;
    };
    const [stats, samples] = await Promise.all([
      get('/api/v1/status/tsdb', head),
      get(`/api/v1/query?query=${encodeURIComponent(SAMPLES)}`, vector),
    ]);
    if (!stats && !samples) return [];
    const of = (samples?.data.result ?? []).map(({ metric, value }): [string, number] => [
      metric['job'] ?? '',
      Number(value[1]),
    ]);
    const measured = { series: stats?.data.headStats.numSeries, samplesOfJob: new Map(of) };
    return [[`${unit.name}@${host}`, measured]];
  });
  return new Map((await Promise.all(asked)).flat());
}

/** Some flags move its API. */
const prefixOf = ({ reload }: UnitSpec): string => (reload?.metricsPath ?? '/metrics').replace(/\/metrics$/, '');

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
