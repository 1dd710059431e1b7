import type { Plan, UnitChange } from '../fleet/compare.ts';
import { renderFindings } from './findings.ts';
import { count } from './format.ts';
import type { Paint, Style } from './paint.ts';
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

/** What an apply would do, host by host and unit by unit; removals first. */
export function renderPlan(plan: Plan, width: number, paint: Paint, showDiffs: boolean): string[] {
  const changed = plan.units.filter((unit) => unit.action !== 'nothing');
  const notes = renderFindings(plan.notes, width, paint);
  if (!plan.changes) return [...notes, paint('good', 'Nothing to do: every unit is wanted as it is.')];
  return [
    ...(notes.length > 0 ? [...notes, ''] : []),
    ...changed.flatMap((unit) => unitLines(unit, width, paint, showDiffs)),
    ...targetLines(plan, paint),
    ...releaseLines(plan, paint),
    '',
    paint('strong', summary(plan)),
  ];
}

function unitLines(unit: UnitChange, width: number, paint: Paint, showDiffs: boolean): string[] {
  const { sign, style } = SIGNS[unit.action];
  const moves = unit.fromVersion !== '' && unit.toVersion !== '' && unit.fromVersion !== unit.toVersion;
  const version = moves ? `${unit.fromVersion} → ${unit.toVersion}` : unit.toVersion || unit.fromVersion;
  const head = `${sign} ${unit.action.padEnd(8)} ${`${unit.unit}@${unit.host}`.padEnd(28)} ${version}`;
  const why = unit.why.flatMap((reason) => wrap(reason, width - 11).map((line) => `           ${paint('dim', line)}`));
  const diff = showDiffs && unit.diff !== '' ? renderDiff(unit.diff, paint).map((line) => `    ${line}`) : [];
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

function targetLines(plan: Plan, paint: Paint): string[] {
  const lines = plan.targets.flatMap(({ prometheus, job, gained, lost }) => [
    ...lost.map((target) => paint('removed', `  - ${prometheus} stops scraping ${target} (${job})`)),
    ...gained.map((target) => paint('added', `  + ${prometheus} scrapes ${target} (${job})`)),
  ]);
  return lines.length > 0 ? ['', 'Targets:', ...lines] : [];
}

function releaseLines(plan: Plan, paint: Paint): string[] {
  const lines = plan.releases.flatMap(({ component, version, build, arch, sha256, source }) => [
    `  ${component} ${version} ${arch}, ${build}, from ${source}`,
    paint('dim', `    sha256:${sha256}`),
  ]);
  return lines.length > 0 ? ['', 'Releases that are new to this fleet:', ...lines] : [];
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
