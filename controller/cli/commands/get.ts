import type { Command } from 'commander';
import { stringify } from 'yaml';
import type { ResourceView } from '../../http/resources.ts';
import { type Cli, example, type OpenClient, verb } from '../cli.ts';
import { renderTable } from '../table.ts';

export const addGet = (program: Command, cli: Cli, open: OpenClient): Command =>
  program
    .command('get')
    .description('the resources that were applied last, as they were written')
    .argument('[kind]')
    .argument('[name]')
    .addHelpText('after', example('promfleet get', 'promfleet get Prometheus', 'promfleet get Prometheus main'))
    .action(
      verb(cli, open, async ({ args, connect, print }) => {
        const path = ['/v1/resources', ...args.map(encodeURIComponent)].join('/');
        const all = await (await connect()).get<ResourceView[]>(path);
        const [only] = all;
        print(all, (width) => {
          if (args.length === 2 && only) return stringify(only.document).trimEnd().split('\n');
          if (all.length === 0) return ['Nothing was applied yet. "promfleet apply -f DIR" says what runs where.'];
          const rows = all.map(({ kind, name, folder, file, line, overriddenIn }) => [
            kind,
            name,
            folder,
            [`${file}:${line}`, ...overriddenIn].join(', '),
          ]);
          const columns = [{ title: 'KIND' }, { title: 'NAME' }, { title: 'FOLDER' }, { title: 'FILE', shrinks: true }];
          return renderTable(columns, rows, width, cli.out.paint);
        });
      }),
    );
