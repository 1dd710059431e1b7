import type { Command } from 'commander';
import { showRevision } from '../../../proto/revision.ts';
import type { Applied, UndoPlan } from '../../http/fleet.ts';
import { followChange } from '../change.ts';
import { type Cli, example, type OpenClient, type Run, verb } from '../cli.ts';
import { confirm } from '../confirm.ts';
import { lookOn, renderPlan } from '../plan-view.ts';
import { wrap } from '../table.ts';
import { writeLines } from '../terminal.ts';
import { demandDuration } from './apply.ts';

interface UndoOptions {
  readonly to?: string;
  readonly yes?: boolean;
  readonly wait: boolean;
  readonly timeout: string;
  readonly verbose?: boolean;
}

const WHICH = `
With no --to: the newest change of an operator (apply, stop, start) is taken back. Another undo
goes one change further back; to bring back what was undone, name it: --to REVISION.
A revision is files, versions and what was stopped by hand; it is made anew for the hosts there are now.
`;

export const addUndo = (program: Command, cli: Cli, open: OpenClient): Command =>
  program
    .command('undo')
    .description('makes an earlier revision what is wanted, as a new one: shows the plan, asks, and follows')
    .option('--to <revision>', 'which (default: the one before the newest change of an operator)')
    .option('-y, --yes', 'do not ask')
    .option('--no-wait', 'do not wait for the hosts')
    .option('--timeout <duration>', 'how long to wait for them', '15m')
    .option('--verbose', 'every unit, target, rule and note by itself, however many are alike')
    .addHelpText('after', WHICH + example('promfleet undo', 'promfleet undo --to 7'))
    .action(verb<UndoOptions>(cli, open, runUndo));

async function runUndo({ cli, options, connect, print }: Run<UndoOptions>): Promise<void> {
  const timeoutMs = demandDuration('--timeout', options.timeout);
  const client = await connect();
  const { plan, to, filesChange } = await client.send<UndoPlan>(
    'POST',
    '/v1/undo/plan',
    options.to === undefined ? {} : { to: options.to },
  );
  const target = nameOf(to);
  writeLines(cli.err, [`Back to ${target}:`, '', ...renderPlan(plan, lookOn(cli.err, options.verbose))]);
  if (!options.yes) await confirm(cli, `\nGo back to ${target}?`);
  const applied = await client.send<Applied>('POST', '/v1/undo', { to: to.revision, base: plan.base });
  const shown = showRevision(applied.revision);
  print({ ...applied, revision: shown }, () => [`Revision ${shown} wants what ${target} did.`]);
  if (filesChange) {
    const warning = 'Your folder still holds the change that is undone here: the next apply brings it back.';
    writeLines(cli.err, wrap(warning, cli.err.width));
  }
  if (options.wait) await followChange(cli, client, applied, timeoutMs);
}

/** `revision 4 (retention to 30d)`. */
const nameOf = ({ revision, note, cause, actor }: UndoPlan['to']): string =>
  `revision ${revision} (${note || `${cause} by ${actor}`})`;
