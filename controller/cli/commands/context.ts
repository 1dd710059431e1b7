import type { Command } from 'commander';
import { Fault } from '../../../proto/fault.ts';
import { chooseController } from '../choose-controller.ts';
import { type Cli, example, type OpenClient, verb } from '../cli.ts';
import { contextsPath, readContexts, writeContexts } from '../contexts.ts';
import { renderTable } from '../table.ts';

/** Shows which controllers were logged in to, and which is used when none is named. */
export function addContext(program: Command, cli: Cli, open: OpenClient): Command {
  const context = program
    .command('context')
    .description('which controller is used, and which others were logged in to')
    .addHelpText('after', example('promfleet context', 'promfleet context use prod', 'promfleet context remove old'))
    .action(
      verb(cli, open, ({ options, print }) => {
        const { current, contexts } = readContexts(contextsPath(cli.env));
        const all = Object.entries(contexts).map(([name, { host, port }]) => ({
          name,
          host,
          port,
          current: name === current,
        }));
        print(all, (width) => {
          const rows = all.map((one) => [one.current ? '●' : '', one.name, `${one.host}:${one.port}`]);
          const columns = [{ title: '' }, { title: 'NAME' }, { title: 'CONTROLLER', shrinks: true }];
          return [
            ...(all.length > 0 ? [...renderTable(columns, rows, width, cli.out.paint), ''] : []),
            `Used now: ${usedNow(cli, options)}`,
          ];
        });
      }),
    );
  context
    .command('use')
    .description('makes a context the one that is used')
    .argument('<name>')
    .addHelpText('after', example('promfleet context use prod'))
    .action(
      verb(cli, open, ({ args }) => changeContexts(cli, args[0] ?? '', (name, all) => ({ ...all, current: name }))),
    );
  context
    .command('remove')
    .description('forgets a context and its credential')
    .argument('<name>')
    .addHelpText('after', example('promfleet context remove old'))
    .action(
      verb(cli, open, ({ args }) =>
        changeContexts(cli, args[0] ?? '', (name, { current, contexts }) => ({
          current: current === name ? undefined : current,
          contexts: Object.fromEntries(Object.entries(contexts).filter(([other]) => other !== name)),
        })),
      ),
    );
  return context;
}

type Contexts = ReturnType<typeof readContexts>;

function changeContexts(cli: Cli, name: string, change: (name: string, all: Contexts) => Contexts): void {
  const path = contextsPath(cli.env);
  const all = readContexts(path);
  if (!all.contexts[name]) {
    const names = Object.keys(all.contexts).join(', ');
    throw new Fault('not_found', `cannot find context ${name}`, {
      hint: names ? `there is ${names}` : 'there is none',
    });
  }
  writeContexts(path, change(name, all));
}

function usedNow(cli: Cli, options: { context?: string; socket?: string }): string {
  try {
    const endpoint = chooseController(cli, options);
    return endpoint.kind === 'socket' ? endpoint.path : `${endpoint.host}:${endpoint.port}`;
  } catch (error) {
    if (error instanceof Fault && error.code === 'unavailable') return 'none; "promfleet up" starts one here';
    throw error;
  }
}
