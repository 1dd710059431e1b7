import type { Command } from 'commander';
import { Fault } from '../../../proto/fault.ts';
import { showRevision } from '../../../proto/revision.ts';
import type { Plan } from '../../fleet/compare.ts';
import type { Applied } from '../../http/fleet.ts';
import { followChange, isNew } from '../change.ts';
import { type Cli, example, type OpenClient, type Run, verb } from '../cli.ts';
import type { Client } from '../client.ts';
import { confirm } from '../confirm.ts';
import { folderBody, readFolder, withPlaces } from '../folder.ts';
import { readDuration } from '../format.ts';
import { lookOn, renderPlan } from '../plan-view.ts';
import { writeLines } from '../terminal.ts';
import { type FolderOptions, requestPlan, withFolder } from './plan.ts';

interface ApplyOptions extends FolderOptions {
  readonly yes?: boolean;
  readonly wait: boolean;
  readonly timeout: string;
  readonly allowRemove: string;
  readonly allowEmpty?: boolean;
  readonly discardOverrides?: boolean;
  readonly note: string;
  readonly verbose?: boolean;
}

export const addApply = (program: Command, cli: Cli, open: OpenClient): Command =>
  withFolder(program.command('apply'))
    .description('makes a folder what is wanted: shows the plan, asks, and follows until every host confirmed')
    .option('-y, --yes', 'do not ask')
    .option('--no-wait', 'do not wait for the hosts')
    .option('--timeout <duration>', 'how long to wait for them', '15m')
    .option('--allow-remove <n>', 'how many units may be removed, beyond what is always allowed', '0')
    .option('--allow-empty', 'allow a fleet that wants nothing')
    .option('--discard-overrides', 'let go of what was typed: stops and starts')
    .option('--note <text>', 'why, for the history', '')
    .option('--verbose', 'every unit, target, rule and note by itself, however many are alike')
    .addHelpText(
      'after',
      example(
        'promfleet apply -f fleet',
        'promfleet apply -f base -f prod',
        'promfleet apply -f fleet --yes --note "retention to 30d"',
      ),
    )
    .action(verb<ApplyOptions>(cli, open, runApply));

async function runApply({ cli, options, connect, print }: Run<ApplyOptions>): Promise<number> {
  const timeoutMs = demandDuration('--timeout', options.timeout);
  const allowRemove = demandCount('--allow-remove', options.allowRemove);
  const folder = readFolder(options.file, options.folderName);
  const body = folderBody(folder);
  const client = await connect();
  const plan = await requestPlan(client, cli, folder, options.discardOverrides);
  writeLines(cli.err, renderPlan(plan, lookOn(cli.err, options.verbose)));
  if (plan.changes && !options.yes) await confirm(cli, '\nApply this?');
  const applied = await withPlaces(folder, () => sendApply(client, options, { ...body, base: plan.base, allowRemove }));
  const shown = showRevision(applied.revision);
  print({ ...applied, revision: shown }, () =>
    options.wait
      ? []
      : [
          isNew(applied)
            ? `Revision ${shown} is stored; hosts take it now.`
            : `Nothing new was stored: revision ${shown} stands.`,
        ],
  );
  if (options.wait) await followChange(cli, client, applied, timeoutMs);
  return 0;
}

/** Against the revision that the plan was worked out on: what another applied meanwhile is not undone unseen. */
const sendApply = (
  client: Client,
  options: ApplyOptions,
  body: ReturnType<typeof folderBody> & { readonly base: Plan['base']; readonly allowRemove: number },
): Promise<Applied> =>
  client.send<Applied>('PUT', '/v1/fleet', {
    ...body,
    allowEmpty: options.allowEmpty ?? false,
    discardOverrides: options.discardOverrides ?? false,
    note: options.note,
  });

export function demandDuration(flag: string, text: string): number {
  const ms = readDuration(text);
  if (ms !== undefined) return ms;
  throw new Fault('invalid', `cannot use ${flag} ${text}: it is no duration`, { hint: 'write 90s, 15m, 1h30m or 7d' });
}

export function demandCount(flag: string, text: string, least = 0): number {
  if (/^\d{1,6}$/.test(text) && Number(text) >= least) return Number(text);
  const meant = least === 0 ? 'it is no whole number' : `a whole number from ${least} is meant`;
  throw new Fault('invalid', `cannot use ${flag} ${text}: ${meant}`);
}
