import { TYPICAL_SAMPLES } from '../../catalogue/metrics.ts';
import type { Specs } from '../compare.ts';
import type { TargetChange } from '../compare-targets.ts';
import { mergeAlike } from '../merge-alike.ts';
import type { Measurements } from './measure.ts';

export interface SeriesEstimate {
  /** `unit@host`, several with a comma when the same holds for each. */
  readonly prometheus: string;
  /** Of its head now; null: nobody could be asked. */
  readonly now: number | null;
  /** More, or fewer, by the targets that come and go. */
  readonly change: number;
  /** Of a hundred; null without `now`. */
  readonly perCent: number | null;
  /** Every part of it is from what these jobs have now; else some is from what such components usually have. */
  readonly measured: boolean;
}

/** Series that each Prometheus will have more or fewer, as far as anyone can say beforehand. */
export function estimateSeries(
  targets: readonly TargetChange[],
  specs: Specs,
  measured: Measurements,
): SeriesEstimate[] {
  const components = componentsByInstance(specs);
  const byPrometheus = Map.groupBy(
    targets.flatMap((change) => change.prometheus.split(', ').map((prometheus) => ({ ...change, prometheus }))),
    ({ prometheus }) => prometheus,
  );
  const estimates = [...byPrometheus].map(([prometheus, changes]): SeriesEstimate => {
    const of = measured.get(prometheus);
    let change = 0;
    let all = true;
    for (const { job, gained, lost } of changes) {
      const known = of?.samplesOfJob.get(job);
      if (known === undefined) all = false;
      const [example] = [...gained, ...lost];
      const each = known ?? TYPICAL_SAMPLES[components.get(example ?? '') ?? ''] ?? 0;
      change += each * (gained.length - lost.length);
    }
    const now = of?.series ?? null;
    const perCent = now ? Math.round((1_000 * change) / now) / 10 : null;
    return { prometheus, now, change: Math.round(change), perCent, measured: all };
  });
  const counted = estimates.filter(({ change }) => change !== 0);
  return mergeAlike(
    counted,
    (one) => one.prometheus,
    (one, prometheus) => ({ ...one, prometheus }),
  );
}

/** `host:port`, as targets are called unless someone calls them otherwise. */
const componentsByInstance = (specs: Specs): Map<string, string> =>
  new Map(
    [...specs].flatMap(([host, { units }]) =>
      units.flatMap(({ ports, component }) =>
        ports.map(({ number }): [string, string] => [`${host}:${number}`, component]),
      ),
    ),
  );
