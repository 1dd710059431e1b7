import { resolve } from 'node:path';
import type { Command } from 'commander';
import { Fault } from '../../../proto/fault.ts';
import type { Backup, BackupRequest } from '../../backup/create.ts';
import { DEFAULT_DIRECTORY } from '../../config.ts';
import { systemConfigFile } from '../../config-file.ts';
import { type Cli, example, type OpenClient, type Run, verb } from '../cli.ts';
import { bytes, count } from '../format.ts';
import { wrap } from '../table.ts';

export const BACKUP_DIRECTORY = '/var/backups/promfleet';

interface BackupOptions {
  readonly dir?: string;
  readonly into?: string;
  readonly keep?: string;
  readonly withReleases?: boolean;
}

export const AFTER_BACKUP = `
It works on the files of the controller on this machine, which may run or not: be root, or the user that it runs as. What is written is
read back before it counts. Release archives are left out: they are fetched again by their digests.

The backup holds the keys of the certificate authority: whoever has it can be your controller. Keep it as you would keep those.
`;

/** `create` is handed in: the program that people type does not know how state is kept. */
export function addBackup(
  program: Command,
  cli: Cli,
  open: OpenClient,
  create: (request: BackupRequest) => Promise<Backup>,
): void {
  program
    .command('backup')
    .description('one file with everything that this controller needs to come up elsewhere')
    .argument('[file]', `a file that is not there yet (default: one named by the time, in ${BACKUP_DIRECTORY})`)
    .option('--into <directory>', 'a file named by the time in this directory')
    .option('--keep <number>', 'once that is done: how many of the backups in that directory to keep')
    .option('--with-releases', 'with the release archives, for a place that can’t fetch them')
    .option('--dir <directory>', `of the controller (default: what its configuration says, or ${DEFAULT_DIRECTORY})`)
    .addHelpText('after', `${AFTER_BACKUP}${example('promfleet backup', 'promfleet backup /mnt/nas/promfleet.tar.gz')}`)
    .action(verb(cli, open, (run: Run<BackupOptions>) => backup(run, create)));
}

async function backup(
  { cli, args, options, print }: Run<BackupOptions>,
  create: (request: BackupRequest) => Promise<Backup>,
): Promise<void> {
  const [file] = args;
  if (file !== undefined && (options.into !== undefined || options.keep !== undefined)) {
    throw new Fault('invalid', `cannot back up to ${file}: --into and --keep are for a directory of backups`, {
      hint: 'leave out one of the two',
    });
  }
  const made = await create({
    directory: resolve(options.dir ?? systemConfigFile().directory ?? DEFAULT_DIRECTORY),
    to: file === undefined ? { directory: resolve(options.into ?? BACKUP_DIRECTORY) } : { file: resolve(file) },
    withReleases: options.withReleases ?? false,
    keep: options.keep === undefined ? undefined : readKeep(options.keep),
    now: cli.now,
  });
  print(made, (width) => renderBackup(made, width));
}

function readKeep(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new Fault('invalid', `cannot keep ${text} backups: a whole number from 1 is meant`);
}

export function renderBackup({ file, size, manifest, pruned }: Backup, width: number): string[] {
  const what = manifest.revision === '' ? 'no fleet applied yet' : `revision ${manifest.revision}`;
  const facts = `${bytes(size)}, ${what}, ${count(manifest.files.length, 'file')}, read back and whole. It holds the keys of the certificate authority.`;
  return [file, ...wrap(facts, width - 2).map((line) => `  ${line}`), ...pruned.map((path) => `  removed: ${path}`)];
}
