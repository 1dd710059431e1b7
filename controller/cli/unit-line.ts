import type { HostView, UnitView } from '../http/views.ts';
import { bytes, shortDuration } from './format.ts';
import type { Style } from './paint.ts';

export interface Mark {
  readonly glyph: string;
  readonly style: Style;
}

const MARKS: Record<UnitView['state'], Mark> = {
  absent: { glyph: '○', style: 'busy' },
  installing: { glyph: '◐', style: 'busy' },
  starting: { glyph: '◐', style: 'busy' },
  ready: { glyph: '●', style: 'good' },
  unhealthy: { glyph: '✗', style: 'bad' },
  backoff: { glyph: '✗', style: 'bad' },
  failed: { glyph: '✗', style: 'bad' },
  stopping: { glyph: '◐', style: 'busy' },
  stopped: { glyph: '■', style: 'warn' },
};
export const OFFLINE: Mark = { glyph: '○', style: 'bad' };

export function markOf(unit: UnitView): Mark {
  if (unit.state === 'ready' && (unit.drift !== '' || unit.message !== '')) return { glyph: '●', style: 'warn' };
  return MARKS[unit.state];
}

/** Down or wrong for a reason that goes away by itself, or not at all. */
export const isInTrouble = (unit: UnitView): boolean =>
  ['unhealthy', 'backoff', 'failed'].includes(unit.state) || (unit.state === 'ready' && unit.message !== '');

/** Why it is not as it should be; '' when it is. */
export function whyNot(unit: UnitView): string {
  if (unit.message !== '') return unit.message;
  if (unit.drift !== '') return unit.drift;
  if (unit.wantedVersion === '') return 'nothing wants it any more; it is being removed';
  if (unit.activity) return showActivity(unit.activity);
  if (unit.stopped && unit.state !== 'stopped') return 'is to be stopped';
  return '';
}

export function showActivity({ step, done, total }: { step: string; done: number; total: number }): string {
  if (total === 0) return step;
  return `${step} ${bytes(done)} of ${bytes(total)}, ${Math.floor((100 * done) / total)}%`;
}

export const versionOf = (unit: UnitView): string =>
  unit.version === '' || unit.version === unit.wantedVersion || unit.wantedVersion === ''
    ? unit.version || unit.wantedVersion
    : `${unit.version} → ${unit.wantedVersion}`;

export function sinceOf(unit: UnitView, now: number): string {
  const since =
    unit.state === 'ready' ? unit.readyAtMs : ['starting', 'unhealthy'].includes(unit.state) ? unit.startedAtMs : 0;
  return since > 0 ? shortDuration(now - since) : '';
}

/** A line that a program said again and again, once: `no such flag (×5)`. */
export function collapseLines(lines: readonly string[]): string[] {
  const runs: { line: string; times: number }[] = [];
  for (const line of lines) {
    const last = runs.at(-1);
    if (last && last.line === line) last.times++;
    else runs.push({ line, times: 1 });
  }
  return runs.map(({ line, times }) => (times === 1 ? line : `${line} (×${times})`));
}

export const placeOf = (host: HostView, unit: UnitView): string => `${unit.name}@${host.name}`;
