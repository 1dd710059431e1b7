import type { Finding } from '../../proto/fault.ts';
import type { Plan, UnitChange } from '../fleet/compare.ts';
import { renderFindings } from './findings.ts';
import { count } from './format.ts';
import type { Paint, Style } from './paint.ts';
import { type Look, renderRadius } from './radius-view.ts';
import { wrap } from './table.ts';

const SIGNS: Record<UnitChange['action'], { sign: string; style: Style }> = {
  remove: { sign: '-', style: 'removed' },
  stop: { sign: '■', style: 'warn' },
  restart: { sign: '↻', style: 'warn' },
  reload: { sign: '~', style: 'busy' },
  install: { sign: '+', style: 'added' },
  start: { sign: '▶', style: 'added' },
  update: { sign: '~', style: 'busy' },
  nothing: { sign: ' ', style: 'dim' },
};

/** So many units that change alike are told one by one. */
const FEW = 3;

export interface PlanLook extends Look {
  readonly diffs: boolean;
}

/** As it is shown before someone is asked. */
export const lookOn = ({ width, paint }: Pick<Look, 'width' | 'paint'>, verbose = false): PlanLook => ({
  width,
  paint,
  verbose,
  diffs: true,
});

/** What an apply would do, host by host and unit by unit, removals first; then what that does to what is watched. */
export function renderPlan(plan: Plan, look: PlanLook): string[] {
  const { width, paint } = look;
  const changed = plan.units.filter((unit) => unit.action !== 'nothing');
  const notes = renderFindings(look.verbose ? plan.notes : fewOfEach(plan.notes), width, paint);
  if (!plan.changes) return [...notes, paint('good', 'Nothing to do: every unit is wanted as it is.')];
  return [
    ...(notes.length > 0 ? [...notes, ''] : []),
    ...[...alike(changed, look)].flatMap((group) => groupLines(group, look)),
    ...renderRadius(plan, look),
    '',
    paint('strong', summary(plan)),
  ];
}

const NOTES_OF_EACH = 3;

/** Of each lint the first, and how many more there are. */
function fewOfEach(notes: readonly Finding[]): Finding[] {
  const nameOf = ({ message }: Finding): string | undefined => /\[([a-z-]+)\]$/.exec(message)?.[1];
  const seen = new Map<string, number>();
  const kept = notes.filter((note) => {
    const name = nameOf(note);
    if (name === undefined) return true;
    seen.set(name, (seen.get(name) ?? 0) + 1);
    return (seen.get(name) ?? 0) <= NOTES_OF_EACH;
  });
  const more = [...seen].filter(([, n]) => n > NOTES_OF_EACH).map(([name, n]) => `${n - NOTES_OF_EACH} × ${name}`);
  return more.length === 0
    ? kept
    : [...kept, { message: `more of the same: ${more.join(', ')}`, hint: '--verbose shows all' }];
}

/** Units that change alike, in the plan's order. */
function alike(units: readonly UnitChange[], { verbose }: PlanLook): UnitChange[][] {
  if (verbose) return units.map((unit) => [unit]);
  const groups = Map.groupBy(units, (unit) => JSON.stringify({ ...unit, host: '' }));
  return [...groups.values()].flatMap((group) => (group.length > FEW ? [group] : group.map((unit) => [unit])));
}

function groupLines([unit, ...others]: readonly UnitChange[], look: PlanLook): string[] {
  if (!unit) return [];
  const { width, paint } = look;
  const { sign, style } = SIGNS[unit.action];
  const moves = unit.fromVersion !== '' && unit.toVersion !== '' && unit.fromVersion !== unit.toVersion;
  const version = moves ? `${unit.fromVersion} → ${unit.toVersion}` : unit.toVersion || unit.fromVersion;
  const who = others.length === 0 ? `${unit.unit}@${unit.host}` : `${unit.unit} on ${others.length + 1} hosts`;
  const head = `${sign} ${unit.action.padEnd(8)} ${who.padEnd(28)} ${version}`;
  const hosts = [unit, ...others].map(({ host }) => host);
  const on = others.length === 0 ? [] : [`${hosts.slice(0, 4).join(', ')}${hosts.length > 4 ? ' …' : ''}`];
  const why = [...on, ...unit.why].flatMap((reason) =>
    wrap(reason, width - 11).map((line) => `           ${paint('dim', line)}`),
  );
  const diff = look.diffs && unit.diff !== '' ? renderDiff(unit.diff, paint).map((line) => `    ${line}`) : [];
  return [paint(style, head.trimEnd()), ...why, ...diff];
}

export const renderDiff = (diff: string, paint: Paint): string[] =>
  diff
    .trimEnd()
    .split('\n')
    .filter((line) => !/^(Index: |={10,})/.test(line))
    .map((line) => paint(styleOfDiff(line), line));

function styleOfDiff(line: string): Style {
  if (line.startsWith('+++') || line.startsWith('---')) return 'strong';
  if (line.startsWith('@@')) return 'busy';
  return line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : 'plain';
}

function summary({ units }: Plan): string {
  const counts = Map.groupBy(units, (unit) => unit.action);
  const parts = [...counts]
    .filter(([action]) => action !== 'nothing')
    .map(([action, all]) => `${all.length} to ${action}`);
  const same = counts.get('nothing')?.length ?? 0;
  // A host that is ahead makes a change of what is none here.
  if (parts.length === 0) return 'No unit changes against what is stored here; see above for what runs';
  return `${parts.join(', ')}${same > 0 ? `; ${count(same, 'unit')} left alone` : ''}`;
}
