import type { Command } from 'commander';
import { Fault } from '../../../proto/fault.ts';
import type { StatusView } from '../../http/views.ts';
import { type Cli, example, type OpenClient, type Run, verb } from '../cli.ts';
import { openEndpoint } from '../client.ts';
import { contextsPath, readContexts, writeContexts } from '../contexts.ts';
import { fetchRoot } from '../pin.ts';

const DEFAULT_PORT = 9440;

interface LoginOptions {
  readonly ca?: string;
  readonly name?: string;
}

export const addLogin = (program: Command, cli: Cli, open: OpenClient): Command =>
  program
    .command('login')
    .description('remembers a controller, its authority pinned, and your credential for it')
    .argument('<host[:port]>', `where its HTTPS port is (${DEFAULT_PORT} when none is said)`)
    .option('--ca <fingerprint>', 'sha256:… of its authority; without it, it is shown and asked about')
    .option('--name <name>', 'what to call it (default: the host)')
    .addHelpText(
      'after',
      `\nThe credential is asked for, or read from PROMFLEET_CREDENTIAL or standard input.\n${example('promfleet login fleet.example.com --ca sha256:3f…')}`,
    )
    .action(verb<LoginOptions>(cli, open, runLogin));

async function runLogin({ cli, args, options, print }: Run<LoginOptions>): Promise<void> {
  const { host, port } = readAddress(args[0] ?? '');
  const root = await fetchRoot(host, port);
  await comparePin(cli, root.pin, options.ca);
  const credential = await askCredential(cli);
  const context = { host, port, ca: root.pem, credential };
  // Proves both: that the root vouches for who answers, and that the credential is good there.
  const status = await openEndpoint({ kind: 'https', ...context }).get<StatusView>('/v1/status');
  const name = options.name ?? host;
  const path = contextsPath(cli.env);
  const { contexts } = readContexts(path);
  writeContexts(path, { current: name, contexts: { ...contexts, [name]: context } });
  print({ context: name, controller: `${host}:${port}` }, () => [
    `Logged in to ${host}:${port} as context ${name}: ${status.fleet?.name || 'no fleet yet'}, promfleet ${status.controller.version}.`,
  ]);
}

/** @throws Fault `denied` unless the fingerprint is the one that was said, or someone there takes it. */
async function comparePin(cli: Cli, pin: string, wanted: string | undefined): Promise<void> {
  if (wanted !== undefined) {
    if (
      wanted
        .trim()
        .toLowerCase()
        .replace(/^(sha256:)?/, 'sha256:') === pin
    )
      return;
    throw new Fault('denied', 'cannot trust that controller: its authority is another than --ca says', {
      findings: [{ message: `it presents ${pin}` }, { message: `--ca says    ${wanted}` }],
      hint: 'compare with "promfleet authority status" on the controller itself; someone may be in between',
    });
  }
  if (!cli.isInteractive) {
    throw new Fault('denied', 'cannot trust that controller unseen: this is not a terminal', {
      hint: `if "promfleet authority status" on the controller shows it, say --ca ${pin}`,
    });
  }
  cli.err.write(`The controller’s certificate authority has the fingerprint\n  ${pin}\n`);
  cli.err.write('"promfleet authority status" on the controller itself shows the same, or someone is in between.\n');
  const answer = await cli.ask('Is it the same? [y/N] ');
  if (!/^y(es)?$/i.test(answer.trim())) throw new Fault('denied', 'nothing was remembered');
}

async function askCredential(cli: Cli): Promise<string> {
  const given = cli.env['PROMFLEET_CREDENTIAL'];
  if (given) return given;
  const text = cli.isInteractive ? await cli.ask('Credential (pfo_…): ', { hidden: true }) : await cli.readInput();
  return text.trim();
}

/** @throws Fault `invalid` */
export function readAddress(text: string): { host: string; port: number } {
  const [, bracketed, plain, port] = /^(?:https:\/\/)?(?:\[([^\]]+)\]|([^:/]+))(?::(\d{1,5}))?\/?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host) return { host, port: Number(port ?? DEFAULT_PORT) };
  throw new Fault('invalid', `cannot understand ${text} as an address`, { hint: 'write HOST or HOST:PORT' });
}
