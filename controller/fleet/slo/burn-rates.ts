/** What 30 days' budgets are alerted on: the windows are of that period, and grow and shrink with it. */
const RATES = [
  { severity: 'page', factor: 14.4, longMinutes: 60, shortMinutes: 5 },
  { severity: 'page', factor: 6, longMinutes: 360, shortMinutes: 30 },
  { severity: 'ticket', factor: 3, longMinutes: 1_440, shortMinutes: 120 },
  { severity: 'ticket', factor: 1, longMinutes: 4_320, shortMinutes: 360 },
] as const;

export const PERIOD = '30d';
const OF_DAYS = 30;
/** A window of less has too few scrapes in it to tell a rate. */
const LEAST_MINUTES = 2;
/** What is computed from the series themselves: longer windows are summed up of the shortest. */
export const LONGEST_OF_SERIES = 360;
export const SHORTEST_PERIOD = 7 * 1_440;
export const LONGEST_PERIOD = 366 * 1_440;

/** Alert while errors have used up the budget so many times too fast, over a long window and lately, too. */
export interface BurnRate {
  readonly severity: 'page' | 'ticket';
  readonly factor: number;
  readonly longMinutes: number;
  readonly shortMinutes: number;
}

export interface BurnRates {
  readonly reachable: readonly BurnRate[];
  /** More errors than there is anything: they could never be. */
  readonly unreachable: readonly BurnRate[];
}

/** @param budget  part of all that may fail */
export function burnRatesOf(periodMinutes: number, budget: number): BurnRates {
  const scale = (minutes: number): number =>
    Math.max(LEAST_MINUTES, Math.round((minutes * periodMinutes) / (OF_DAYS * 1_440)));
  const all = RATES.map((rate) => ({
    ...rate,
    longMinutes: scale(rate.longMinutes),
    shortMinutes: scale(rate.shortMinutes),
  }));
  const isReachable = ({ factor }: BurnRate): boolean => factor * budget < 1;
  return { reachable: all.filter(isReachable), unreachable: all.filter((rate) => !isReachable(rate)) };
}

const UNITS = [
  ['d', 1_440],
  ['h', 60],
  ['m', 1],
] as const;

/** As PromQL takes it, in its largest whole unit: `90m`, `6h`, `3d`. */
export function showMinutes(minutes: number): string {
  const [unit, size] = UNITS.find(([, of]) => minutes % of === 0) ?? ['m', 1];
  return `${minutes / size}${unit}`;
}

const IN_MINUTES: Readonly<Record<string, number>> = {
  y: 365 * 1_440,
  w: 7 * 1_440,
  d: 1_440,
  h: 60,
  m: 1,
  s: 1 / 60,
  ms: 1 / 60_000,
};

/** Of a duration as Prometheus writes them. */
export const minutesOf = (duration: string): number =>
  [...duration.matchAll(/(\d+)(ms|[ywdhms])/g)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (IN_MINUTES[unit] ?? 0),
    0,
  );

/** The part of all that may fail, as exactly as the objective was written: 0.001 of 99.9. */
export function budgetOf(objective: number): string {
  const [whole = '0', fraction = ''] = String(objective).split('.');
  const left = 100n * 10n ** BigInt(fraction.length) - BigInt(whole + fraction);
  const digits = left.toString().padStart(fraction.length + 3, '0');
  const point = digits.length - fraction.length - 2;
  return `${digits.slice(0, point)}.${digits.slice(point)}`.replace(/0+$/, '');
}
