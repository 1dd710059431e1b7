import { type Command, Option } from 'commander';
import type { Plan } from '../../fleet/compare.ts';
import { type Cli, example, type OpenClient, verb } from '../cli.ts';
import type { Client } from '../client.ts';
import { type Folder, folderBody, placeFindings, readFolder, withPlaces } from '../folder.ts';
import { renderPlan } from '../plan-view.ts';
import { watchDownloads } from '../watch-downloads.ts';

export interface FolderOptions {
  readonly file: readonly string[];
  readonly folderName?: string;
}

/** An option that may be given several times. */
export const severalFolders = (flags: string, description: string): Option =>
  new Option(flags, description).argParser((path: string, before: readonly string[] | undefined) => [
    ...(before ?? []),
    path,
  ]);

/** Every verb that takes a folder takes it alike. */
export const withFolder = (command: Command): Command =>
  command
    .addOption(
      severalFolders(
        '-f, --file <dir>',
        'the folder that holds the fleet; several are layers, each overrides those before it',
      ).makeOptionMandatory(),
    )
    .option('--folder-name <name>', 'what its resources are remembered under (default: the last folder’s own name)');

/** May take a while: the releases that it needs are fetched by the controller, and every file is checked with their tools. */
export const requestPlan = (client: Client, cli: Cli, folder: Folder, discardOverrides = false): Promise<Plan> =>
  withPlaces(folder, async () => {
    const title = 'planning: finding releases, checking every file with their own tools …';
    const plan = await watchDownloads(client, cli.err, title, () =>
      client.send<Plan>('POST', '/v1/plan', { ...folderBody(folder), discardOverrides }),
    );
    return { ...plan, notes: placeFindings(folder, plan.notes) };
  });

export const addPlan = (program: Command, cli: Cli, open: OpenClient): Command =>
  withFolder(program.command('plan'))
    .description('what an apply would do, unit by unit; changes nothing')
    .option('--no-diff', 'leave out what changes in files')
    .option('--verbose', 'every unit, target, rule and note by itself, however many are alike')
    .option('--discard-overrides', 'as if what was typed were let go of: stops and starts')
    .addHelpText(
      'after',
      `\nExits 0 when there is nothing to do, 2 when there is, 1 when it is refused. -o json is described in docs/plan-json.md.\n${example('promfleet plan -f fleet')}`,
    )
    .action(
      verb<FolderOptions & { diff: boolean; verbose?: boolean; discardOverrides?: boolean }>(
        cli,
        open,
        async ({ options, connect, print }) => {
          const folder = readFolder(options.file, options.folderName);
          const client = await connect();
          const plan = await requestPlan(client, cli, folder, options.discardOverrides);
          print(plan, (width) =>
            renderPlan(plan, { width, paint: cli.out.paint, diffs: options.diff, verbose: options.verbose ?? false }),
          );
          return plan.changes ? 2 : 0;
        },
      ),
    );
