import type { Command } from 'commander';
import { showRevision } from '../../../proto/revision.ts';
import type { Applied } from '../../http/fleet.ts';
import { followChange } from '../change.ts';
import { type Cli, example, type OpenClient, verb } from '../cli.ts';
import { confirm } from '../confirm.ts';
import { renderPlan } from '../plan-view.ts';
import { writeLines } from '../terminal.ts';
import { demandDuration } from './apply.ts';

interface UndoOptions {
  readonly to?: string;
  readonly yes?: boolean;
  readonly wait: boolean;
  readonly timeout: string;
}

export const addUndo = (program: Command, cli: Cli, open: OpenClient): Command =>
  program
    .command('undo')
    .description('makes an earlier revision what is wanted, as a new one')
    .option('--to <revision>', 'which (default: the one before the newest)')
    .option('--yes', 'do not ask')
    .option('--no-wait', 'do not wait for the hosts')
    .option('--timeout <duration>', 'how long to wait for them', '15m')
    .addHelpText('after', example('promfleet undo', 'promfleet undo --to 7'))
    .action(
      verb<UndoOptions>(cli, open, async ({ options, connect, print }) => {
        const timeoutMs = demandDuration('--timeout', options.timeout);
        const client = await connect();
        const to = options.to === undefined ? 'the revision before the newest' : `revision ${options.to}`;
        if (!options.yes) await confirm(cli, `Go back to ${to}?`);
        const applied = await client.send<Applied>(
          'POST',
          '/v1/undo',
          options.to === undefined ? {} : { to: options.to },
        );
        writeLines(cli.err, renderPlan(applied.plan, cli.err.width, cli.err.paint, false));
        const shown = showRevision(applied.revision);
        print({ ...applied, revision: shown }, () => [`Revision ${shown} wants what ${to} did.`]);
        if (options.wait) await followChange(cli, client, applied, timeoutMs);
      }),
    );
