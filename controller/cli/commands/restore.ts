import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Manifest } from '../../backup/manifest.ts';
import type { Restored, RestoreRequest } from '../../backup/restore.ts';
import { DEFAULT_DIRECTORY } from '../../config.ts';
import { systemConfigFile } from '../../config-file.ts';
import { type Cli, example, type OpenClient, type Run, verb } from '../cli.ts';
import { moment } from '../format.ts';
import { wrap } from '../table.ts';

interface RestoreOptions {
  readonly dir?: string;
  readonly replace?: boolean;
  readonly check?: boolean;
}

/** What works on the files, handed in. */
export interface Restoring {
  readonly restore: (request: RestoreRequest) => Promise<Restored>;
  readonly verify: (file: string) => Promise<Manifest>;
}

export function addRestore(program: Command, cli: Cli, open: OpenClient, restoring: Restoring): void {
  program
    .command('restore')
    .description('brings a controller back from a backup, all of it or nothing')
    .argument('<file>', 'what "promfleet backup" made')
    .option('--dir <directory>', `of the controller (default: what its configuration says, or ${DEFAULT_DIRECTORY})`)
    .option('--replace', 'moves the state that is there aside; nothing is deleted')
    .option('--check', 'reads all of the backup and says whether it is good; changes nothing')
    .addHelpText('after', example('promfleet restore promfleet-20261128T031700.000Z.tar.gz --replace'))
    .action(verb(cli, open, (run: Run<RestoreOptions>) => restore(run, restoring)));
}

async function restore(
  { cli, args, options, print }: Run<RestoreOptions>,
  { restore, verify }: Restoring,
): Promise<void> {
  const file = resolve(args[0] ?? '');
  if (options.check) {
    const manifest = await verify(file);
    return print(manifest, (width) => wrap(`${file} is whole: ${describe(manifest)}`, width));
  }
  const directory = resolve(options.dir ?? systemConfigFile().directory ?? DEFAULT_DIRECTORY);
  const restored = await restore({ file, directory, replace: options.replace ?? false, now: cli.now });
  print({ directory, ...restored }, (width) => renderRestored(directory, restored, width));
}

const describe = ({ createdAtMs, host, promfleet, revision }: Manifest): string =>
  `${revision === '' ? 'no fleet applied yet' : `revision ${revision}`}, made ${moment(createdAtMs)} on ${host} by promfleet ${promfleet}`;

export function renderRestored(directory: string, { manifest, aside }: Restored, width: number): string[] {
  const next = [
    `Start the controller now (systemctl start promfleet-controller). Hosts that have heard from it since that backup are ahead of it: it then begins a new epoch and sends nothing to anybody until you apply.`,
    `Its certificate is made anew for the names in its configuration. Hosts look for it where they did: give it the same names or addresses, and see that no other controller of this state runs.`,
  ];
  return [
    ...wrap(`Restored into ${directory}: ${describe(manifest)}`, width),
    ...(aside === undefined ? [] : wrap(`What was there lies in ${aside}; remove it when you need it no more.`, width)),
    '',
    ...next.flatMap((text) => wrap(text, width)),
  ];
}
