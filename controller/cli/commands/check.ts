import type { Command } from 'commander';
import { Fault } from '../../../proto/fault.ts';
import { checkFolder } from '../../fleet/check-folder.ts';
import { type Cli, example, type OpenClient, verb } from '../cli.ts';
import { renderFindings } from '../findings.ts';
import { placeFindings, readFolder } from '../folder.ts';
import { count } from '../format.ts';
import { wrap } from '../table.ts';
import { type FolderOptions, withFolder } from './plan.ts';

const UNCHECKED =
  'Checked without a controller: what promtool says of rules and configs, flags, and versions are checked by "promfleet plan".';

export const addCheck = (program: Command, cli: Cli, open: OpenClient): Command =>
  withFolder(program.command('check'))
    .description('reads and checks a folder with no controller, as an editor or a CI job would')
    .addHelpText('after', `\nExits 1 when something is wrong.\n${example('promfleet check -f fleet')}`)
    .action(
      verb<FolderOptions>(cli, open, ({ options, print }) => {
        const folder = readFolder(options.file, options.folderName);
        const checked = checkFolder(folder.files);
        if (checked.resources.length === 0 && checked.findings.length === 0) throw holdsNothing(folder.shown);
        const findings = placeFindings(folder, checked.findings);
        const notes = placeFindings(folder, checked.notes);
        const { paint } = cli.out;
        const { resources, secrets } = checked;
        print({ findings, notes, resources, secrets }, (width) => {
          const kinds = Map.groupBy(checked.resources, ({ kind }) => kind);
          const found = [...kinds].map(([kind, all]) => `${all.length} ${kind}`).join(', ') || 'nothing';
          const needed = secrets.length > 0 ? [`It needs these secrets on the controller: ${secrets.join(', ')}.`] : [];
          if (findings.length === 0)
            return [
              ...(notes.length > 0 ? [...renderFindings(notes, width, paint, cli.out.isTerminal), ''] : []),
              `${paint('good', '●')} ${folder.shown} reads well: ${found}.`,
              ...[...needed, UNCHECKED]
                .flatMap((text) => wrap(text, width - 2))
                .map((line) => `  ${paint('dim', line)}`),
            ];
          const total = paint('bad', `${count(findings.length, 'error')} in ${folder.shown}.`);
          return [...renderFindings([...findings, ...notes], width, paint, cli.out.isTerminal), '', total];
        });
        return findings.length === 0 ? 0 : 1;
      }),
    );

const holdsNothing = (shown: string): Fault =>
  new Fault('invalid', `cannot check ${shown}: no file in it holds a \`kind:\``, {
    hint: 'is it the right folder? Files whose names begin with a dot are left out',
  });
