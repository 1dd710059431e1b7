import type { Command } from 'commander';
import { Fault } from '../../../proto/fault.ts';
import { type Cli, example, type OpenClient, verb } from '../cli.ts';
import { demandCount } from './apply.ts';

export const addLogs = (program: Command, cli: Cli, open: OpenClient): Command =>
  program
    .command('logs')
    .description('the log of a unit')
    .argument('<unit@host>')
    .option('-f, --follow', 'go on until interrupted')
    .option('-n, --lines <n>', 'how many lines of the past', '100')
    .addHelpText('after', example('promfleet logs prometheus@db-1', 'promfleet logs -f -n 10 prometheus@db-1'))
    .action(
      verb<{ follow?: boolean; lines: string }>(cli, open, async ({ args, options, connect }) => {
        const { unit, host } = readPlace(args[0] ?? '');
        const query = `lines=${demandCount('--lines', options.lines)}&follow=${options.follow ?? false}`;
        const path = `/v1/logs/${encodeURIComponent(host)}/${encodeURIComponent(unit)}?${query}`;
        await (await connect()).lines(path, (text) => {
          const said = JSON.parse(text) as { line?: string; error?: Fault };
          if (said.error) throw new Fault(said.error.code, said.error.message, { hint: said.error.hint });
          cli.out.write(`${said.line ?? text}\n`);
        });
      }),
    );

/** @throws Fault `invalid` for what is not UNIT@HOST */
export function readPlace(text: string): { unit: string; host: string } {
  const [, unit, host] = /^([^@]+)@([^@]+)$/.exec(text) ?? [];
  if (unit && host) return { unit, host };
  throw new Fault('invalid', `cannot understand ${text}: say which unit on which host`, {
    hint: 'for example prometheus@db-1; "promfleet status" shows both',
  });
}
