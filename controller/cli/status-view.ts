import type { HostView, StatusView, UnitView } from '../http/views.ts';
import { ago, count, times } from './format.ts';
import type { Paint } from './paint.ts';
import { fit, renderTable, wrap } from './table.ts';
import { collapseLines, isInTrouble, markOf, OFFLINE, placeOf, sinceOf, versionOf, whyNot } from './unit-line.ts';
import { HELD } from './verdict.ts';

const LAST_LINES = 3;

/** One glance: is it right, what is not and why, then everything. */
export function renderStatus(status: StatusView, now: number, width: number, paint: Paint): string[] {
  const reasons = reasonsOf(status, now, width, paint);
  const { converged } = status;
  return [
    `${paint(converged ? 'good' : 'bad', converged ? '●' : '✗')} ${paint('strong', fit(headline(status), width - 2))}`,
    ...wrap(fleetLine(status, now), width - 2).map((line) => `  ${paint('dim', line)}`),
    ...backupLines(status, now, width, paint),
    ...(reasons.length > 0 ? ['', ...reasons] : []),
    ...(status.hosts.length > 0 ? ['', ...unitTable(status.hosts, now, width, paint)] : nextStep(status)),
    ...overrideLines(status, now, width, paint),
  ];
}

function headline({ converged, hosts }: StatusView): string {
  if (hosts.length === 0) return 'No host has joined';
  const units = hosts.flatMap((host) => host.units);
  if (converged) return `All is as it should be: ${count(units.length, 'unit')} on ${count(hosts.length, 'host')}`;
  const late = hosts.filter((host) => !host.converged).length;
  if (late === 0) return 'Hosts are what they were told to be, and are told nothing new';
  return `${late} of ${count(hosts.length, 'host')} ${late === 1 ? 'is not as it' : 'are not as they'} should be`;
}

function fleetLine({ fleet }: StatusView, now: number): string {
  if (!fleet) return 'no fleet has been applied yet';
  return `${fleet.name || 'fleet'}, revision ${fleet.revision}, applied ${ago(fleet.appliedAtMs, now)} by ${fleet.actor}`;
}

/** Two daily ones were missed: someone counts on them. Where none was ever made, nobody does. */
const LATE_BACKUP_MS = 50 * 3_600_000;

function backupLines({ controller }: StatusView, now: number, width: number, paint: Paint): string[] {
  const at = controller.backedUpAtMs;
  if (at === null || now - at < LATE_BACKUP_MS) return [];
  const late = `The last backup of this controller was made ${ago(at, now)}: systemctl status promfleet-backup says why.`;
  return wrap(late, width - 2).map((line) => `  ${paint('warn', line)}`);
}

function nextStep(status: StatusView): string[] {
  const first = ['', '  promfleet token create     prints the line that lets a host join'];
  return status.fleet ? first : [...first, '  promfleet apply -f DIR     says what runs where'];
}

function reasonsOf(status: StatusView, now: number, width: number, paint: Paint): string[] {
  const held = status.controller.held
    ? HELD.map((line, index) => `  ${paint(index === 0 ? 'bad' : 'plain', line)}`)
    : [];
  return [...held, ...status.hosts.flatMap((host) => reasonsOfHost(host, now, width, paint))];
}

function reasonsOfHost(host: HostView, now: number, width: number, paint: Paint): string[] {
  if (!host.online) {
    const seen = host.lastSeenMs === null ? 'it has never connected' : `last seen ${ago(host.lastSeenMs, now)}`;
    return reason(paint, width, `${OFFLINE.glyph} ${host.name}`, `its agent is not connected; ${seen}`);
  }
  const problems = host.problems.flatMap(({ message, hint }) =>
    reason(paint, width, `✗ ${host.name}`, hint ? `${message}\n${hint}` : message),
  );
  return [...problems, ...host.units.flatMap((unit) => reasonsOfUnit(host, unit, width, paint))];
}

function reasonsOfUnit(host: HostView, unit: UnitView, width: number, paint: Paint): string[] {
  const why = whyNot(unit);
  if (!isInTrouble(unit) && why === '') return [];
  const { glyph } = markOf(unit);
  const again = unit.restarts > 0 ? ` (exited ${times(unit.restarts)})` : '';
  const [first = '', ...more] = (why || `is ${unit.state}`).split('\n');
  const said = [first + again, ...more].join('\n');
  const lines = reason(paint, width, `${glyph} ${placeOf(host, unit)}`, said, isInTrouble(unit));
  const log = isInTrouble(unit) ? collapseLines(unit.lastLines).slice(-LAST_LINES) : [];
  return [...lines, ...log.flatMap((line) => wrap(line, width - 6)).map((line) => paint('dim', `    │ ${line}`))];
}

function reason(paint: Paint, width: number, where: string, why: string, isBad = true): string[] {
  const [first = '', ...more] = wrap(`${where}: ${why}`, width - 4);
  return [`  ${paint(isBad ? 'bad' : 'busy', first)}`, ...more.map((line) => `    ${line}`)];
}

function unitTable(hosts: readonly HostView[], now: number, width: number, paint: Paint): string[] {
  const columns = [
    { title: 'HOST', shrinks: true },
    { title: 'UNIT' },
    { title: 'STATE' },
    { title: 'FOR', right: true },
    { title: 'VERSION' },
    { title: 'PORT', right: true },
    { title: 'PID', right: true },
  ];
  const rows = [...hosts].sort(worstFirst).flatMap((host) => {
    if (host.units.length === 0) return [[host.name, { text: 'nothing is wanted here', style: 'dim' as const }]];
    return host.units.map((unit, index) => {
      const { glyph, style } = markOf(unit);
      const state = host.online
        ? { text: `${glyph} ${unit.state}`, style }
        : { text: `${OFFLINE.glyph} was ${unit.state}`, style: 'dim' as const };
      const name = index === 0 ? { text: host.name, style: 'strong' as const } : '';
      const pid = unit.pid === 0 ? '' : String(unit.pid);
      return [
        name,
        unit.name,
        state,
        sinceOf(unit, now),
        versionOf(unit),
        unit.port === 0 ? '' : String(unit.port),
        pid,
      ];
    });
  });
  return renderTable(columns, rows, width, paint);
}

const worstFirst = (a: HostView, b: HostView): number =>
  Number(a.converged) - Number(b.converged) || a.name.localeCompare(b.name);

function overrideLines(status: StatusView, now: number, width: number, paint: Paint): string[] {
  if (status.overrides.length === 0) return [];
  const lines = status.overrides.map(
    ({ host, unit, stopped, actor, createdAtMs }) =>
      `${unit}@${host} is ${stopped ? 'stopped' : 'started'}, by ${actor} ${ago(createdAtMs, now)}`,
  );
  const advice = 'The next apply refuses to erase this without --discard-overrides.';
  return [
    '',
    paint('warn', 'Typed rather than applied:'),
    ...lines.map((line) => `  ${line}`),
    ...wrap(advice, width - 2).map((line) => `  ${paint('dim', line)}`),
  ];
}
