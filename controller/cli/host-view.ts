import { describeNarrowing } from '../../proto/narrowing.ts';
import type { HostView, UnitView } from '../http/views.ts';
import { ago, showLabels, times } from './format.ts';
import type { Paint } from './paint.ts';
import { wrap } from './table.ts';
import { isInTrouble, markOf, sinceOf, versionOf, whyNot } from './unit-line.ts';

const NAME = 12;

/** All that is known of one host. */
export function renderHost(host: HostView, now: number, width: number, paint: Paint): string[] {
  const { facts } = host;
  const seen = host.lastSeenMs === null ? 'never' : ago(host.lastSeenMs, now);
  const row = (name: string, value: string) =>
    value === ''
      ? []
      : wrap(value, width - NAME).map(
          (line, index) => `${paint('dim', (index === 0 ? name : '').padEnd(NAME))}${line}`,
        );
  const memory = facts.memoryBytes > 0 ? `${(facts.memoryBytes / 2 ** 30).toFixed(1)} GiB` : '';
  return [
    paint('strong', host.name),
    ...row('agent', host.online ? paint('good', '● connected') : paint('bad', `○ not connected; last seen ${seen}`)),
    ...row('address', host.address),
    ...row('addresses', facts.addresses.length > 1 ? facts.addresses.join(', ') : ''),
    ...row('narrowed', facts.narrowing ? describeNarrowing(facts.narrowing).join('; ') : ''),
    ...row('labels', showLabels(host.labels)),
    ...row(
      'machine',
      [facts.os, facts.kernel, facts.arch, `${facts.cpus} CPUs`, memory, facts.virtualisation]
        .filter(Boolean)
        .join(', '),
    ),
    ...row('supervisor', facts.supervisor),
    ...row(
      'revision',
      host.revision === host.wantedRevision ? host.revision : `${host.revision}, wanted is ${host.wantedRevision}`,
    ),
    ...host.problems.flatMap(({ message, hint }) =>
      row('problem', paint('bad', hint ? `${message}\n${hint}` : message)),
    ),
    ...host.units.flatMap((unit) => ['', ...unitLines(unit, now, width, paint)]),
  ];
}

function unitLines(unit: UnitView, now: number, width: number, paint: Paint): string[] {
  const { glyph, style } = markOf(unit);
  const since = sinceOf(unit, now);
  const facts = [
    unit.state + (since === '' ? '' : ` for ${since}`),
    versionOf(unit),
    unit.port > 0 ? `port ${unit.port}` : '',
    unit.pid > 0 ? `pid ${unit.pid}` : '',
    unit.restarts > 0 ? `exited ${times(unit.restarts)} unasked` : '',
  ].filter((fact) => fact !== '');
  const why = whyNot(unit);
  const log = isInTrouble(unit) ? unit.lastLines.flatMap((line) => wrap(line, width - 4)) : [];
  return [
    `${paint(style, glyph)} ${paint('strong', unit.name)}  ${facts.join(', ')}`,
    ...(why === '' ? [] : wrap(why, width - 2).map((line) => `  ${line}`)),
    ...log.map((line) => paint('dim', `  │ ${line}`)),
  ];
}
