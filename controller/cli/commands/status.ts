import type { Command } from 'commander';
import type { StatusView } from '../../http/views.ts';
import { type Cli, example, type OpenClient, verb } from '../cli.ts';
import { renderStatus } from '../status-view.ts';

export const addStatus = (program: Command, cli: Cli, open: OpenClient): Command =>
  program
    .command('status')
    .description('is the fleet what it should be? what is not, and why')
    .addHelpText('after', `\nExits 1 when something is not as it should be.\n${example('promfleet status')}`)
    .action(
      verb(cli, open, async ({ connect, print }) => {
        const status = await (await connect()).get<StatusView>('/v1/status');
        print(status, (width) => renderStatus(status, cli.now(), width, cli.out.paint));
        return status.converged ? 0 : 1;
      }),
    );
