import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { Fault } from '../../../proto/fault.ts';
import { writeAtomically } from '../../atomic-file.ts';
import { fleetSchema } from '../../fleet/json-schema/json-schema.ts';
import { type Cli, example, type OpenClient, type Run, verb } from '../cli.ts';
import { QUESTIONS, readAnswers, type Typed } from '../new-fleet/answers.ts';
import { newExporter } from '../new-fleet/exporter.ts';
import { newFleet, SCHEMA_FILE } from '../new-fleet/files.ts';
import { writeLines } from '../terminal.ts';

type FleetOptions = Partial<Record<keyof Typed, string | boolean>> & { readonly yes?: boolean };

export function addNew(program: Command, cli: Cli, open: OpenClient): Command {
  const command = program.command('new').description('a good start for whoever writes YAML');
  command
    .command('fleet')
    .description('a folder with a fleet to begin with: asks a few questions')
    .argument('<dir>', 'a folder that is empty or not there yet')
    .option('--name <name>', 'of the fleet')
    .option('--hosts <names>', 'hosts that run Prometheus and Alertmanager, with commas between')
    .option('--pair', 'two Prometheis, so that one can be without the other')
    .option('--no-pair', 'one Prometheus')
    .option('--alerts-to <url>', 'a webhook that alerts go to')
    .option('--retention <duration>', 'how long samples are kept')
    .option('-y, --yes', 'ask nothing: what is not said is as usual')
    .addHelpText(
      'after',
      example(
        'promfleet new fleet ./fleet',
        'promfleet new fleet ./fleet --yes --hosts mon-1,mon-2 --pair --retention 30d',
      ),
    )
    .action(verb<FleetOptions>(cli, open, runNewFleet));
  command
    .command('exporter')
    .description('the document of a program of your own that answers /metrics')
    .argument('<name>', 'of the exporter')
    .option('-f, --file <dir>', 'the folder that it is written to, as NAME.yaml', '.')
    .option('--url <url>', 'where it lies, with {version} and {arch} in it')
    .option('--version-of <version>', 'its version')
    .option('--port <port>', 'the port that it answers on')
    .addHelpText(
      'after',
      example('promfleet new exporter orders', 'promfleet new exporter orders -f fleet --port 9500'),
    )
    .action(verb<ExporterOptions>(cli, open, runNewExporter));
  return command;
}

interface ExporterOptions {
  readonly file: string;
  readonly url?: string;
  readonly versionOf?: string;
  readonly port?: string;
}

function runNewExporter({ args, options, print }: Run<ExporterOptions>): void {
  const { file, url, versionOf, port } = options;
  const name = args[0] ?? '';
  const text = newExporter(name, {
    ...(url === undefined ? {} : { url }),
    ...(versionOf === undefined ? {} : { version: versionOf }),
    ...(port === undefined ? {} : { port }),
  });
  const path = join(file, `${name}.yaml`);
  if (statSync(path, { throwIfNoEntry: false })) {
    throw new Fault('conflict', `cannot write ${path}: it is there already`, { hint: 'nothing is written over' });
  }
  if (!statSync(file, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Fault('not_found', `cannot write ${path}: there is no folder ${file}`);
  }
  writeAtomically(path, text, 0o644);
  print({ file: resolve(path) }, () => [
    `${path} is there. Fill in the digests of its archive, then: promfleet check -f ${file}`,
  ]);
}

async function runNewFleet({ cli, args, options, print }: Run<FleetOptions>): Promise<void> {
  const directory = args[0] ?? '.';
  demandEmpty(directory);
  const answers = readAnswers(await ask(cli, options));
  const files = Object.entries({ ...newFleet(answers), [SCHEMA_FILE]: `${JSON.stringify(fleetSchema(), null, 2)}\n` });
  for (const [path, content] of files) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeAtomically(file, content, 0o644);
  }
  print({ directory: resolve(directory), files: files.map(([path]) => path) }, () => [
    `A fleet is in ${directory}: ${files
      .map(([path]) => path)
      .filter((path) => path !== SCHEMA_FILE)
      .join(', ')}.`,
    `Editors complete and check it by ${SCHEMA_FILE}; "promfleet schema" writes a newer one.`,
    `Read it, then: promfleet check -f ${directory} && promfleet plan -f ${directory}`,
  ]);
}

/** What the command line says is not asked; with --yes nothing is. */
async function ask(cli: Cli, options: FleetOptions): Promise<Typed> {
  const known: Partial<Record<keyof Typed, string>> = {};
  for (const { key, asks, usual } of QUESTIONS) {
    const said = options[key];
    if (said !== undefined) known[key] = typeof said === 'boolean' ? (said ? 'yes' : 'no') : said;
    else if (options.yes) known[key] = usual(known);
    else {
      if (!cli.isInteractive) {
        throw new Fault('denied', 'cannot ask about the new fleet: this is not a terminal', {
          hint: 'say --yes to have what is not said as usual',
        });
      }
      const asked = usual(known) === '' ? asks : `${asks} [${usual(known)}]`;
      known[key] = (await cli.ask(`${asked} `)).trim() || usual(known);
    }
  }
  if (!options.yes) writeLines(cli.err, ['']);
  return known as Typed;
}

function demandEmpty(directory: string): void {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    const why = code === 'ENOTDIR' ? 'it is a file' : String(error);
    throw new Fault('invalid', `cannot make a fleet in ${directory}: ${why}`, { cause: error });
  }
  // What a repository keeps for itself is in nobody's way.
  const there = names.filter((name) => !name.startsWith('.'));
  if (there.length === 0) return;
  throw new Fault(
    'conflict',
    `cannot make a fleet in ${directory}: it is not empty, it has ${there.slice(0, 3).join(', ')}`,
    {
      hint: 'name a folder that is not there yet: nothing is written over',
    },
  );
}
