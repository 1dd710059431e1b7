import type { Finding } from '../../../proto/fault.ts';
import type { Specs, UnitChange } from '../compare.ts';
import type { TargetChange } from '../compare-targets.ts';
import type { PlacedUnit } from '../place-units.ts';
import { readTargets } from '../target-file.ts';
import { type RuleChange, ruleChanges } from './compare-rules.ts';
import { type Gap, gapsOf, type Pair, pairsOf } from './gaps.ts';
import type { Measurements } from './measure.ts';
import { oneWays } from './one-way.ts';
import { estimateSeries, type SeriesEstimate } from './series.ts';

/** A job of which a Prometheus will scrape more, or fewer, targets. */
export interface ScrapeCount {
  /** `unit@host`, several with a comma when the same holds for each. */
  readonly prometheus: string;
  readonly job: string;
  readonly before: number;
  readonly after: number;
}

/** What an apply would do beyond its units themselves. */
export interface Radius {
  readonly scrapes: readonly ScrapeCount[];
  readonly rules: readonly RuleChange[];
  readonly series: readonly SeriesEstimate[];
  readonly gaps: readonly Gap[];
  readonly pairs: readonly Pair[];
  /** What an undo does not bring back. */
  readonly oneWay: readonly Finding[];
}

export interface Change {
  readonly units: readonly UnitChange[];
  readonly targets: readonly TargetChange[];
  /** Of the hosts that change, before and after. */
  readonly old: Specs;
  readonly wanted: Specs;
}

export function blastRadius(
  { units, targets, old, wanted }: Change,
  placed: readonly PlacedUnit[],
  all: Specs,
  measured: Measurements,
): Radius {
  return {
    scrapes: targets.map(({ prometheus, job, gained, lost }) => {
      const after = countIn(prometheus, job, wanted);
      return { prometheus, job, before: after - gained.length + lost.length, after };
    }),
    rules: ruleChanges(old, wanted),
    series: estimateSeries(targets, new Map([...old, ...all]), measured),
    gaps: gapsOf(units, old, measured),
    pairs: pairsOf(units, placed),
    oneWay: oneWays(units, old, wanted),
  };
}

function countIn(prometheus: string, job: string, specs: Specs): number {
  const [unit, host = ''] = (prometheus.split(', ')[0] ?? '').split('@');
  const files = specs.get(host)?.units.find(({ name }) => name === unit)?.files ?? [];
  const file = files.find(({ path }) => path === `targets/${job}.json`);
  return file ? readTargets(file.content).length : 0;
}
