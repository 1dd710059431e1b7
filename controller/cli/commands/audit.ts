import type { Command } from 'commander';
import { type Cli, example, type OpenClient, verb } from '../cli.ts';
import { moment } from '../format.ts';
import { renderTable } from '../table.ts';
import { demandCount } from './apply.ts';

interface AuditRow {
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly outcome: string;
}

export const addAudit = (program: Command, cli: Cli, open: OpenClient): Command =>
  program
    .command('audit')
    .description('who asked for which change, and what came of it')
    .option('-n, --limit <n>', 'how many, newest first', '50')
    .addHelpText('after', example('promfleet audit', 'promfleet audit -n 1000 -o json'))
    .action(
      verb<{ limit: string }>(cli, open, async ({ options, connect, print }) => {
        const rows = await (await connect()).get<AuditRow[]>(
          `/v1/audit?limit=${demandCount('--limit', options.limit)}`,
        );
        print(rows, (width) => {
          const columns = [
            { title: 'WHEN' },
            { title: 'WHO' },
            { title: 'WHAT' },
            { title: 'TARGET', shrinks: true },
            { title: 'OUTCOME' },
          ];
          const cells = rows.map(({ at, actor, action, target, outcome }) => [
            moment(at),
            actor,
            action,
            target,
            { text: outcome, style: outcome === 'ok' ? ('good' as const) : ('bad' as const) },
          ]);
          return renderTable(columns, cells, width, cli.out.paint);
        });
      }),
    );
