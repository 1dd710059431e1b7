import { existsSync } from 'node:fs';
import { Fault } from '../../proto/fault.ts';
import type { Cli, GlobalOptions } from './cli.ts';
import { type Client, type Endpoint, openEndpoint } from './client.ts';
import { contextsPath, readContexts } from './contexts.ts';
import { quickStartHome } from './quick-start/home.ts';

export const SYSTEM_SOCKET = '/run/promfleet/control.sock';

export const openController = (cli: Cli, options: GlobalOptions): Promise<Client> =>
  Promise.resolve(openEndpoint(chooseController(cli, options)));

/** What was typed comes first, then what was logged in to, then what runs on this machine. */
export function chooseController(
  cli: Pick<Cli, 'env' | 'user'>,
  options: Pick<GlobalOptions, 'context' | 'socket'>,
  localSockets: readonly string[] = [quickStartHome().socket, SYSTEM_SOCKET],
): Endpoint {
  const socket = (path: string): Endpoint => ({ kind: 'socket', path, user: cli.user });
  // A flag is more than a variable, whichever of the two it sets.
  if (options.socket !== undefined) return socket(options.socket);
  if (options.context !== undefined) return contextEndpoint(cli, options.context);
  if (cli.env['PROMFLEET_SOCKET']) return socket(cli.env['PROMFLEET_SOCKET']);
  const path = contextsPath(cli.env);
  const named = cli.env['PROMFLEET_CONTEXT'] || readContexts(path).current;
  if (named) return contextEndpoint(cli, named);
  const local = localSockets.find((candidate) => existsSync(candidate));
  if (local) return socket(local);
  throw new Fault('unavailable', 'cannot find a controller', {
    findings: [
      { message: `no --context, --socket, PROMFLEET_CONTEXT or PROMFLEET_SOCKET` },
      { message: `no current context in ${path}` },
      ...localSockets.map((candidate) => ({ message: `no socket at ${candidate}` })),
    ],
    hint: 'name the socket of one that runs here with --socket or PROMFLEET_SOCKET (it logs "controller is up" with it), run "promfleet up" to start one, or "promfleet login HOST" to use one that is elsewhere',
  });
}

function contextEndpoint(cli: Pick<Cli, 'env'>, name: string): Endpoint {
  const { contexts } = readContexts(contextsPath(cli.env));
  const context = contexts[name];
  if (context) return { kind: 'https', ...context };
  const names = Object.keys(contexts);
  throw new Fault('not_found', `cannot use context ${name}: there is none of that name`, {
    hint: names.length > 0 ? `there is ${names.join(', ')}` : 'run "promfleet login HOST" to make one',
  });
}
