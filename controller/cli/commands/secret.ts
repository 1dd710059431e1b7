import type { Command } from 'commander';
import { Fault } from '../../../proto/fault.ts';
import type { Applied } from '../../http/fleet.ts';
import type { SecretView } from '../../http/secret-routes.ts';
import { followChange } from '../change.ts';
import { type Cli, example, type OpenClient, type Run, verb } from '../cli.ts';
import { moment } from '../format.ts';
import { renderTable } from '../table.ts';
import { writeLines } from '../terminal.ts';
import { demandDuration } from './apply.ts';

interface PutOptions {
  readonly keepNewline?: boolean;
}

interface RotateOptions extends PutOptions {
  readonly wait: boolean;
  readonly timeout: string;
}

interface PutSecret {
  readonly name: string;
  readonly number: number;
  readonly applied: Applied | null;
}

const HOW = `
The value is read from standard input, or asked for without an echo; it is never an argument. One newline at its end is
taken off, unless --keep-newline is said. Files of the fleet name it: \${secret:NAME}.
`;
const KEEP = ['--keep-newline', 'a newline at the end belongs to the value'] as const;

export function addSecret(program: Command, cli: Cli, open: OpenClient): Command {
  const secret = program
    .command('secret')
    .description('values that the fleet’s files name and do not hold: set, list, rotate, remove')
    .addHelpText('after', example('promfleet secret set db_password < password.txt', 'promfleet secret list'));
  secret
    .command('set')
    .description('a new secret')
    .argument('<name>')
    .option(...KEEP)
    .addHelpText('after', HOW + example('promfleet secret set db_password < password.txt'))
    .action(verb<PutOptions>(cli, open, runSet));
  secret
    .command('rotate')
    .description('another value of a secret: the units that have it reload')
    .argument('<name>')
    .option(...KEEP)
    .option('--no-wait', 'do not wait for the hosts')
    .option('--timeout <duration>', 'how long to wait for them', '15m')
    .addHelpText('after', HOW + example('promfleet secret rotate db_password < password.txt'))
    .action(verb<RotateOptions>(cli, open, runRotate));
  addList(secret, cli, open);
  secret
    .command('remove')
    .description('removes a secret that the fleet does not name')
    .argument('<name>')
    .addHelpText('after', example('promfleet secret remove db_password'))
    .action(
      verb(cli, open, async ({ args, connect, print }) => {
        const name = args[0] ?? '';
        await (await connect()).send('DELETE', pathOf(name));
        print({ removed: name }, () => [`Secret ${name} is removed.`]);
      }),
    );
  return secret;
}

const pathOf = (name: string): string => `/v1/secrets/${encodeURIComponent(name)}`;

async function runSet({ cli, args, options, connect, print }: Run<PutOptions>): Promise<void> {
  const name = args[0] ?? '';
  const client = await connect();
  const value = await readValue(cli, name, options);
  const done = await client.send<PutSecret>('POST', '/v1/secrets', { name, value });
  print(done, () => [`Secret ${name} is set. Files of the fleet name it: \${secret:${name}}`]);
}

async function runRotate({ cli, args, options, connect, print }: Run<RotateOptions>): Promise<void> {
  const name = args[0] ?? '';
  const timeoutMs = demandDuration('--timeout', options.timeout);
  const client = await connect();
  const value = await readValue(cli, name, options);
  const { number, applied } = await client.send<PutSecret>('PUT', pathOf(name), { value });
  const units = (applied?.plan.units ?? []).filter(({ action }) => action !== 'nothing');
  print({ name, number, applied }, () => [
    `Secret ${name} has value ${number} now${units.length === 0 ? '; no unit uses it.' : '. With it:'}`,
    ...units.map(({ action, unit, host }) => `  ${action} ${unit}@${host}`),
  ]);
  if (!options.wait || !applied) return;
  const next = `what refuses the value runs on with the one before; give it a good one: promfleet secret rotate ${name}`;
  await followChange(cli, client, applied, timeoutMs, next);
}

/** @throws Fault `invalid` when two answers differ: what is not echoed is easily mistyped. */
async function readValue(cli: Cli, name: string, { keepNewline = false }: PutOptions): Promise<string> {
  if (!cli.isInteractive) {
    const text = await cli.readInput();
    return keepNewline ? text : text.replace(/\r?\n$/, '');
  }
  writeLines(cli.err, [cli.err.paint('dim', 'It is not shown as you type. To set more than one line, pipe it in.')]);
  const value = await cli.ask(`Value of ${name}: `, { hidden: true });
  const again = await cli.ask('The same again: ', { hidden: true });
  if (value === again) return value;
  throw new Fault('invalid', `cannot set the secret ${name}: the two answers differ`, { hint: 'nothing was changed' });
}

const addList = (secret: Command, cli: Cli, open: OpenClient): Command =>
  secret
    .command('list')
    .description('every secret, when it was last set and by whom, and what has it; never a value')
    .addHelpText('after', example('promfleet secret list'))
    .action(
      verb(cli, open, async ({ connect, print }) => {
        const all = await (await connect()).get<SecretView[]>('/v1/secrets');
        print(all, (width) =>
          all.length === 0
            ? ['There is no secret. "promfleet secret set NAME" makes one.']
            : renderTable(COLUMNS, all.map(row), width, cli.out.paint),
        );
      }),
    );

const COLUMNS = [
  { title: 'NAME' },
  { title: 'VALUE', right: true },
  { title: 'SET' },
  { title: 'BY' },
  { title: 'UNITS', shrinks: true },
];

const row = ({ name, number, setAtMs, setBy, isReadable, units }: SecretView) => [
  name,
  isReadable ? String(number) : { text: 'key missing', style: 'bad' as const },
  moment(setAtMs),
  setBy,
  units.join(' '),
];
