import type { HostView, StatusView, TargetView, UnitView } from './wire.ts';

/** From best to worst. `rest` is down because someone wants it so. */
export const TONES = ['good', 'rest', 'busy', 'warn', 'bad'] as const;
export type Tone = (typeof TONES)[number];
/** For a tab that is one of many: the state in one character before the name. */
export const TITLE_MARKS: Record<Tone, string> = { good: '✓', rest: '■', busy: '…', warn: '!', bad: '✗' };

/** The targets of one Prometheus; `error` when it could not be asked. */
export interface TargetsSeen {
  readonly prometheus: string;
  readonly targets: readonly TargetView[];
  readonly error: string;
}

export interface Fleet {
  readonly held: boolean;
  readonly fleet: StatusView['fleet'];
  readonly hosts: readonly HostView[];
  readonly targets: readonly TargetsSeen[];
}

const STATE_TONE: Record<UnitView['state'], Tone> = {
  absent: 'busy',
  installing: 'busy',
  starting: 'busy',
  ready: 'good',
  unhealthy: 'bad',
  backoff: 'bad',
  failed: 'bad',
  stopping: 'busy',
  stopped: 'busy',
};

export function toneOfUnit(unit: UnitView): Tone {
  if (unit.stopped && unit.state === 'stopped') return 'rest';
  if (unit.wantedVersion === '') return 'busy';
  // It serves, but not what is wanted: the message is of a change that it refused, and runs on without.
  if (unit.state === 'ready' && (unit.message || unit.drift)) return 'warn';
  return STATE_TONE[unit.state];
}

/** Prometheus knows three: `up`, `down`, and `unknown` before the first scrape. */
export const toneOfTarget = (target: TargetView): Tone =>
  target.health === 'up' ? 'good' : target.health === 'down' ? 'bad' : 'busy';

export function toneOfHost(host: HostView): Tone {
  if (!host.online) return 'bad';
  return worst([
    ...host.units.map(toneOfUnit),
    ...host.problems.map((): Tone => 'warn'),
    host.converged ? 'good' : 'rest',
  ]);
}

export const worst = (tones: readonly Tone[]): Tone =>
  TONES[Math.max(0, ...tones.map((tone) => TONES.indexOf(tone)))] as Tone;

/** One target counts once, however many Prometheis scrape it, and as the one that fares worst with it sees it. */
export function tonesOfTargets(seen: readonly TargetsSeen[]): Tone[] {
  const tones = new Map<string, Tone>();
  for (const target of seen.flatMap((one) => one.targets)) {
    const key = `${target.job} ${target.instance} ${target.url}`;
    tones.set(key, worst([tones.get(key) ?? 'good', toneOfTarget(target)]));
  }
  return [...tones.values()];
}
