import { execFile } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { Fault } from '../../../proto/fault.ts';
import { type Cli, example, type OpenClient, type Run, verb } from '../cli.ts';
import { stopDaemon } from '../quick-start/daemons.ts';
import { quickStartDirectory, quickStartHome } from '../quick-start/home.ts';
import { agentLock, controllerLock, launcher } from '../quick-start/steps.ts';
import { writeLines } from '../terminal.ts';

interface DownOptions {
  readonly dir: string;
  readonly yes?: boolean;
}

export function addDown(program: Command, cli: Cli, open: OpenClient): void {
  program
    .command('down')
    .description('ends the quick start and removes every trace of it, the metrics that were stored too')
    .option('--dir <directory>', 'the one that "up" was given', quickStartDirectory())
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', example('promfleet down'))
    .action(verb(cli, open, down));
}

/** Last started, first stopped; each step may find its work done by an earlier try that was cut short. */
async function down({ cli, options }: Run<DownOptions>): Promise<number> {
  const home = quickStartHome(options.dir);
  if (!existsSync(home.directory)) {
    writeLines(cli.out, [`Nothing to do: there is no quick start in ${home.directory}`]);
    return 0;
  }
  if (!existsSync(`${home.directory}/ports.json`)) {
    throw new Fault('invalid', `cannot remove ${home.directory}: it is not a quick start of promfleet`, {
      hint: 'name the directory that "promfleet up" was given with --dir',
    });
  }
  if (!options.yes && !(await isMeant(cli, home.directory))) return 1;
  const say = (line: string) => writeLines(cli.out, [`${cli.out.paint('good', '✓')} ${line}`]);
  if (await stopDaemon(controllerLock(home))) say('controller stopped');
  if (await stopDaemon(agentLock(home))) say('agent stopped');
  await promisify(execFile)(launcher('promfleet-agent'), [
    'uninstall',
    '--home',
    home.agent,
    '--supervisor',
    'process',
  ]);
  say('units stopped');
  // Last goes what makes it a quick start, so that a `down` that is cut short can be run again.
  for (const part of [home.agent, home.controller, home.fleet, home.log])
    rmSync(part, { recursive: true, force: true });
  rmSync(home.directory, { recursive: true, force: true });
  say(`${home.directory} removed`);
  return 0;
}

async function isMeant(cli: Cli, directory: string): Promise<boolean> {
  if (!cli.isInteractive) {
    throw new Fault('invalid', 'cannot ask whether this is meant: nobody is there to answer', { hint: 'add --yes' });
  }
  const answer = await cli.ask(
    `Stop everything below ${directory} and remove it, stored metrics and fleet folder too? [y/N] `,
  );
  return /^y(es)?$/i.test(answer.trim());
}
