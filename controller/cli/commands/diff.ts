import type { Command } from 'commander';
import type { DriftItem } from '../../http/views.ts';
import { type Cli, example, type OpenClient, verb } from '../cli.ts';
import { renderTable } from '../table.ts';

export const addDiff = (program: Command, cli: Cli, open: OpenClient): Command =>
  program
    .command('diff')
    .description('what differs from what is wanted now')
    .addHelpText('after', `\nExits 1 when something does.\n${example('promfleet diff')}`)
    .action(
      verb(cli, open, async ({ connect, print }) => {
        const items = await (await connect()).get<DriftItem[]>('/v1/drift');
        print(items, (width) => {
          if (items.length === 0) return [cli.out.paint('good', 'Nothing: every host is what it should be.')];
          const columns = [{ title: 'WHERE' }, { title: 'WHAT' }, { title: 'DETAIL', shrinks: true }];
          const rows = items.map(({ host, unit, what, detail }) => [
            unit === '' ? host || 'controller' : `${unit}@${host}`,
            { text: what, style: 'bad' as const },
            detail.split('\n')[0] ?? '',
          ]);
          return renderTable(columns, rows, width, cli.out.paint);
        });
        return items.length === 0 ? 0 : 1;
      }),
    );
