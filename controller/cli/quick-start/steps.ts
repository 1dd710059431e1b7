import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fault } from '../../../proto/fault.ts';
import type { CreatedToken } from '../../http/tokens.ts';
import type { StatusView } from '../../http/views.ts';
import type { Cli } from '../cli.ts';
import { type Client, openEndpoint } from '../client.ts';
import { runningPid, startDaemon, waitFor } from './daemons.ts';
import type { Ports, QuickStartHome } from './home.ts';
import { starterFleet } from './starter-fleet.ts';

/** The launchers beside this program: dist/promfleet.mjs → installers/. */
export const launcher = (name: 'promfleet' | 'promfleet-agent') =>
  fileURLToPath(new URL(`../installers/${name}`, import.meta.url));

export const controllerLock = (home: QuickStartHome) => join(home.controller, 'controller.lock');
export const agentLock = (home: QuickStartHome) => join(home.agent, 'agent/agent.pid');

export const openHome = (cli: Cli, home: QuickStartHome): Client =>
  openEndpoint({ kind: 'socket', path: home.socket, user: cli.user });

/** @returns whether it had to be started. */
export async function ensureController(cli: Cli, home: QuickStartHome, ports: Ports): Promise<boolean> {
  const answers = async () => {
    try {
      await openHome(cli, home).get('/v1/status');
      return true;
    } catch (error) {
      if (error instanceof Fault && error.code === 'unavailable') return false;
      throw error;
    }
  };
  if (runningPid(controllerLock(home)) && (await answers())) return false;
  const port = (flag: string, number: number) => [flag, String(number)];
  await startDaemon(
    {
      name: 'controller',
      program: launcher('promfleet'),
      args: [
        'controller',
        '--dir',
        home.controller,
        '--listen',
        '127.0.0.1',
        '--name',
        '127.0.0.1',
        ...port('--api-port', ports.apiPort),
        ...port('--session-port', ports.sessionPort),
        ...port('--enrolment-port', ports.enrolmentPort),
        ...port('--page-port', ports.pagePort),
      ],
      logFile: join(home.log, 'controller.log'),
    },
    answers,
  );
  return true;
}

/** Enrols this machine, once, and has its agent running and connected. @returns whether something had to be done. */
export async function ensureAgent(cli: Cli, home: QuickStartHome, ports: Ports): Promise<boolean> {
  const client = openHome(cli, home);
  const isOnline = async () => (await client.get<StatusView>('/v1/status')).hosts.some((host) => host.online);
  if (runningPid(agentLock(home))) {
    if (await isOnline()) return false;
    // The controller was away: the agent comes back by itself, at its own pace.
    await waitFor('the agent to connect again', isOnline);
  } else {
    if (!existsSync(join(home.agent, 'agent/identity.json'))) await enrolThisMachine(client, home, ports);
    await startDaemon(
      {
        name: 'agent',
        program: launcher('promfleet-agent'),
        // Everything below one folder, also where systemd is: the quick start leaves no trace outside.
        args: ['run', '--home', home.agent, '--supervisor', 'process'],
        logFile: join(home.log, 'agent.log'),
      },
      async () => runningPid(agentLock(home)) !== undefined && (await isOnline()),
    );
  }
  return true;
}

async function enrolThisMachine(client: Client, home: QuickStartHome, ports: Ports): Promise<void> {
  const { token, ca } = await client.send<CreatedToken>('POST', '/v1/tokens', {});
  const args = [
    'enrol',
    '--home',
    home.agent,
    '--supervisor',
    'process',
    '--controller',
    `127.0.0.1:${ports.enrolmentPort}`,
    '--ca',
    ca,
  ];
  await new Promise<void>((done, fail) => {
    execFile(
      launcher('promfleet-agent'),
      args,
      { env: { ...process.env, PROMFLEET_TOKEN: token } },
      (error, _out, stderr) => {
        if (error) fail(new Fault('unavailable', stderr.trim() || error.message));
        else done();
      },
    );
  });
}

/** The folder that is applied: the operator's, or a starter written here once. */
export function ensureFolder(home: QuickStartHome, ports: Ports, given: string | undefined): string {
  if (given) return given;
  if (!existsSync(home.fleet)) {
    for (const [path, content] of Object.entries(starterFleet(ports))) {
      mkdirSync(dirname(join(home.fleet, path)), { recursive: true });
      writeFileSync(join(home.fleet, path), content);
    }
  }
  return home.fleet;
}
