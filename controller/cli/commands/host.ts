import type { Command } from 'commander';
import { Fault } from '../../../proto/fault.ts';
import type { HostView } from '../../http/views.ts';
import { type Cli, example, type OpenClient, verb } from '../cli.ts';
import { confirm } from '../confirm.ts';
import { renderHost } from '../host-view.ts';

const pathOf = (name: string): string => `/v1/hosts/${encodeURIComponent(name)}`;

export function addHost(program: Command, cli: Cli, open: OpenClient): Command {
  const host = program
    .command('host')
    .description('one host: its labels, facts and units; label or remove it')
    .argument('<name>')
    .addHelpText(
      'after',
      example('promfleet host db-1', 'promfleet host label db-1 role=db env=prod', 'promfleet host remove db-1'),
    )
    .action(
      verb(cli, open, async ({ args, connect, print }) => {
        const view = await (await connect()).get<HostView>(pathOf(args[0] ?? ''));
        print(view, (width) => renderHost(view, cli.now(), width, cli.out.paint));
      }),
    );
  addLabel(host, cli, open);
  addRemove(host, cli, open);
  return host;
}

const addLabel = (host: Command, cli: Cli, open: OpenClient): Command =>
  host
    .command('label')
    .description('sets labels, or takes them away; those in the fleet’s own files win over these')
    .argument('<name>')
    .argument('<label...>', 'NAME=VALUE sets one, NAME- takes it away')
    .addHelpText('after', example('promfleet host label db-1 role=db env=prod', 'promfleet host label db-1 env-'))
    .action(
      verb(cli, open, async ({ args, connect, print }) => {
        const [name = '', ...changes] = args;
        const client = await connect();
        const { ownLabels } = await client.get<HostView>(pathOf(name));
        const changed = changeLabels(ownLabels, changes);
        const view = await client.send<HostView>('PUT', `${pathOf(name)}/labels`, { labels: changed });
        print(view, (width) => renderHost(view, cli.now(), width, cli.out.paint));
      }),
    );

/** @throws Fault `invalid` for what is neither NAME=VALUE nor NAME- */
export function changeLabels(
  labels: Readonly<Record<string, string>>,
  changes: readonly string[],
): Record<string, string> {
  const changed = new Map(Object.entries(labels));
  for (const change of changes) {
    const [, name = '', value] = /^([^=]+?)(?:=(.*)|-)$/.exec(change) ?? [];
    if (name === '') {
      throw new Fault('invalid', `cannot understand label ${change}`, {
        hint: 'NAME=VALUE sets a label, NAME- takes it away',
      });
    }
    if (value === undefined) changed.delete(name);
    else changed.set(name, value);
  }
  return Object.fromEntries(changed);
}

const addRemove = (host: Command, cli: Cli, open: OpenClient): Command =>
  host
    .command('remove')
    .description('takes a host out of the fleet: its key is refused from then on, what runs on it is left alone')
    .argument('<name>')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', example('promfleet host remove db-1'))
    .action(
      verb<{ yes?: boolean }>(cli, open, async ({ args, options, connect, print }) => {
        const name = args[0] ?? '';
        const client = await connect();
        const { units } = await client.get<HostView>(pathOf(name));
        const what =
          units.length > 0 ? ` (${units.map((unit) => unit.name).join(', ')} keep running there, unwatched)` : '';
        if (!options.yes) await confirm(cli, `Remove ${name}${what}?`);
        await client.send('DELETE', pathOf(name));
        print({ removed: name }, () => [`${name} is removed.`]);
      }),
    );
