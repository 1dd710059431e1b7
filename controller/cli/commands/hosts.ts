import type { Command } from 'commander';
import type { HostView } from '../../http/views.ts';
import { type Cli, example, type OpenClient, verb } from '../cli.ts';
import { ago, showLabels } from '../format.ts';
import { renderTable } from '../table.ts';
import { isInTrouble, OFFLINE } from '../unit-line.ts';

export const addHosts = (program: Command, cli: Cli, open: OpenClient): Command =>
  program
    .command('hosts')
    .description('every host that has joined, with its labels')
    .addHelpText('after', example('promfleet hosts', 'promfleet hosts -o json'))
    .action(
      verb(cli, open, async ({ connect, print }) => {
        const hosts = await (await connect()).get<HostView[]>('/v1/hosts');
        print(hosts, (width) => {
          if (hosts.length === 0)
            return ['No host has joined. "promfleet token create" prints the line that lets one in.'];
          return renderTable(COLUMNS, hosts.map(row(cli.now())), width, cli.out.paint);
        });
      }),
    );

const COLUMNS = [
  { title: 'HOST' },
  { title: 'AGENT' },
  { title: 'UNITS' },
  { title: 'REVISION', right: true },
  { title: 'ADDRESS' },
  { title: 'ARCH' },
  { title: 'OS', shrinks: true },
  { title: 'LABELS', shrinks: true },
];

const row = (now: number) => (host: HostView) => {
  const agent = host.online
    ? { text: '● connected', style: 'good' as const }
    : {
        text: `${OFFLINE.glyph} ${host.lastSeenMs === null ? 'never seen' : ago(host.lastSeenMs, now)}`,
        style: 'bad' as const,
      };
  const ready = host.units.filter((unit) => unit.state === 'ready').length;
  const units = {
    text: `${ready}/${host.units.length} ready`,
    style: host.units.some(isInTrouble) ? ('bad' as const) : ('plain' as const),
  };
  const revision = host.revision === host.wantedRevision ? host.revision : `${host.revision} → ${host.wantedRevision}`;
  return [host.name, agent, units, revision, host.address, host.facts.arch, host.facts.os, showLabels(host.labels)];
};
