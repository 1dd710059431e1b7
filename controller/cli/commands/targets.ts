import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { Fault, messageOf } from '../../../proto/fault.ts';
import { writeAtomically } from '../../atomic-file.ts';
import { type Cli, example, type OpenClient, type Run, verb } from '../cli.ts';
import { count } from '../format.ts';
import { renderTable } from '../table.ts';

interface TargetsOptions {
  readonly exporter?: string;
  readonly job?: string;
  readonly fileSd?: string;
}

interface Group {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

const ELSEWHERE = `
For a Prometheus that promfleet does not manage: http_sd_configs can ask the controller itself, see docs/service-discovery.md.
`;

export const addTargets = (program: Command, cli: Cli, open: OpenClient): Command =>
  program
    .command('targets')
    .description('where an Exporter runs, as a Prometheus that promfleet does not manage can scrape it')
    .option('--exporter <name>', 'the targets of an Exporter')
    .option('--job <name>', 'the targets of a job of a Prometheus of the fleet')
    .option('--file-sd <file>', 'write them for file_sd_configs, in one step; left as it is when they are not certain')
    .addHelpText(
      'after',
      ELSEWHERE +
        example(
          'promfleet targets --exporter node',
          'promfleet targets --exporter node --file-sd /etc/prometheus/node.json',
        ),
    )
    .action(verb<TargetsOptions>(cli, open, runTargets));

async function runTargets({ cli, options, connect, print }: Run<TargetsOptions>): Promise<void> {
  const { exporter, job, fileSd } = options;
  if ((exporter === undefined) === (job === undefined)) {
    throw new Fault('invalid', 'cannot tell any targets: say --exporter NAME or --job NAME');
  }
  const asked = new URLSearchParams(exporter === undefined ? { job: job ?? '' } : { exporter });
  const text = await (await connect()).text(`/v1/sd?${asked}`);
  const groups = JSON.parse(text) as Group[];
  if (fileSd !== undefined) write(fileSd, text);
  print(groups, (width) => {
    if (fileSd !== undefined) return [`${count(groups.length, 'target')} written to ${fileSd}.`];
    const rows = groups.map(({ targets, labels }) => [
      targets.join(', '),
      Object.entries(labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(', '),
    ]);
    return renderTable([{ title: 'TARGET' }, { title: 'LABELS', shrinks: true }], rows, width, cli.out.paint);
  });
}

/** Prometheus watches the folder: it sees the old file or the new one. */
function write(file: string, text: string): void {
  const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0o644;
  try {
    writeAtomically(file, text, mode & 0o777);
  } catch (error) {
    throw new Fault('denied', `cannot write ${file}: ${messageOf(error)}`, { cause: error });
  }
}
