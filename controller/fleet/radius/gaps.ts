import type { Specs, UnitChange } from '../compare.ts';
import type { PlacedUnit } from '../place-units.ts';
import type { Measurements } from './measure.ts';

export interface Gap {
  /** `unit@host`, several with a comma when the same holds for each. */
  readonly units: string;
  /** What is not done meanwhile. */
  readonly what: string;
  /** Seconds. */
  readonly least: number;
  /** Seconds; null: nobody can say. */
  readonly most: number | null;
  readonly why: string;
}

export interface Pair {
  /** `Prometheus main` */
  readonly resource: string;
  /** Every replica, `unit@host`. */
  readonly units: readonly string[];
  /** Those that restart, in which order: all that stand in one list restart at the same time. */
  readonly restarts: readonly (readonly string[])[];
}

/** From ready to the first scrape: targets are handed out every 5 s. */
const FIRST_SCRAPE = { least: 5.2, most: 6 };
/** Of replaying the log, on a machine that does nothing else, with a snapshot of the memory to begin at. */
const REPLAY_PER_SERIES = 8e-6;
/** On one that is busy. */
const BUSY = 3;

/** How long what is not observed, by what an apply restarts. A reload interrupts nothing. */
export function gapsOf(changes: readonly UnitChange[], old: Specs, measured: Measurements): Gap[] {
  const restarts = changes.filter(({ action }) => action === 'restart');
  const gaps = new Map<string, { gap: Gap; units: string[] }>();
  for (const { host, unit } of restarts) {
    const component = old.get(host)?.units.find(({ name }) => name === unit)?.component ?? '';
    const gap = gapOf(component, measured.get(`${unit}@${host}`)?.series);
    const key = JSON.stringify([unit, gap]);
    const known = gaps.get(key) ?? { gap: { ...gap, units: '' }, units: [] };
    known.units.push(`${unit}@${host}`);
    gaps.set(key, known);
  }
  return [...gaps.values()].map(({ gap, units }) => ({ ...gap, units: units.join(', ') }));
}

const rounded = (seconds: number): number => Math.round(seconds * 10) / 10;

function gapOf(component: string, series: number | undefined): Omit<Gap, 'units'> {
  if (component === 'prometheus') {
    const what = 'scraping, rules and alerts';
    const { least, most } = FIRST_SCRAPE;
    if (series === undefined) {
      return {
        what,
        least,
        most: null,
        why: 'its stop, the replay of its log, and 5 s until targets are handed out; how many series it has is not known',
      };
    }
    const replay = REPLAY_PER_SERIES * series;
    return {
      what,
      least: rounded(least + replay),
      most: rounded(most + BUSY * replay + 1),
      why: `its stop, the replay of ${series} series, and 5 s until targets are handed out`,
    };
  }
  if (component === 'alertmanager') {
    return { what: 'notifying', least: 0, most: 2, why: 'alerts are sent again by every Prometheus within a minute' };
  }
  return { what: 'its metrics', least: 0, most: 1, why: 'at most one scrape is missed' };
}

/** Replicas of which some restart. This version restarts all at once: what the pair is for does not hold meanwhile. */
export function pairsOf(changes: readonly UnitChange[], units: readonly PlacedUnit[]): Pair[] {
  const restarting = new Set(
    changes.filter(({ action }) => action === 'restart').map(({ unit, host }) => `${unit}@${host}`),
  );
  const pairs = Map.groupBy(
    units.filter(({ ordinal }) => ordinal !== undefined),
    ({ title }) => title,
  );
  return [...pairs].flatMap(([resource, members]): Pair[] => {
    const all = members.map(({ unit, host }) => `${unit}@${host.name}`);
    const own = all.filter((name) => restarting.has(name));
    return all.length > 1 && own.length > 0 ? [{ resource, units: all, restarts: [own] }] : [];
  });
}
