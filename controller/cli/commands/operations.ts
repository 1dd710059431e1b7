import type { Command } from 'commander';
import { Fault } from '../../../proto/fault.ts';
import type { OperationOutcome } from '../../http/operations.ts';
import { type Cli, example, type OpenClient, verb } from '../cli.ts';

const VERBS = {
  restart: 'restarts a unit, and waits until it is ready',
  reload: 'makes a unit read its configuration again, and waits for its answer',
  stop: 'stops a unit until it is started; an override that status shows',
  start: 'starts a unit that was stopped',
};

export function addOperations(program: Command, cli: Cli, open: OpenClient): void {
  for (const [name, description] of Object.entries(VERBS)) {
    const command = program
      .command(name)
      .description(description)
      .argument('<unit>', 'a unit, or UNIT@HOST')
      .option('--on <selector>', 'all, a host, or label=value[,label=value]')
      .addHelpText(
        'after',
        example(`promfleet ${name} prometheus --on db-1`, `promfleet ${name} node_exporter --on role=db`),
      )
      .action(
        verb<{ on?: string; acceptLoss?: boolean }>(cli, open, async ({ args, options, connect, print }) => {
          const { unit, on } = readSelection(args[0] ?? '', options.on);
          const outcomes = await (await connect()).send<OperationOutcome[]>('POST', '/v1/operations', {
            verb: name,
            unit,
            on,
            acceptLoss: options.acceptLoss === true,
          });
          const { paint } = cli.out;
          print(outcomes, () =>
            outcomes.map(
              ({ host, unit, ok, message }) =>
                `${ok ? paint('good', '●') : paint('bad', '✗')} ${unit}@${host}  ${message || (ok ? 'done' : 'failed')}`,
            ),
          );
          return outcomes.every(({ ok }) => ok) ? 0 : 1;
        }),
      );
    if (name === 'restart')
      command.option('--accept-loss', 'also a unit that lost writes to a full disk and can’t save what it holds');
  }
}

function readSelection(text: string, on: string | undefined): { unit: string; on: string } {
  const [unit = '', host] = text.split('@');
  const where = on ?? host;
  if (where !== undefined && !(on !== undefined && host !== undefined)) return { unit, on: where };
  throw new Fault('invalid', `cannot tell where ${unit} is meant`, {
    hint: `say ${unit}@HOST, or --on with all, a host, or label=value`,
  });
}
