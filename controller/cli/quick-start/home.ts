import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Fault } from '../../../proto/fault.ts';
import { DEFAULT_PORTS } from '../../config.ts';

/** Everything that the quick start owns lies below `directory`; `down` removes it whole. */
export interface QuickStartHome {
  readonly directory: string;
  readonly controller: string;
  readonly socket: string;
  readonly agent: string;
  readonly fleet: string;
  readonly log: string;
}

export interface Ports {
  readonly apiPort: number;
  readonly sessionPort: number;
  readonly enrolmentPort: number;
  readonly pagePort: number;
  readonly prometheus: number;
  readonly nodeExporter: number;
}

const WANTED: Ports = { ...DEFAULT_PORTS, prometheus: 9090, nodeExporter: 9100 };

/** PROMFLEET_QUICKSTART names another. Root's own home is closed to the users that units run as, so root's lies elsewhere. */
export function quickStartDirectory(): string {
  const named = process.env['PROMFLEET_QUICKSTART'];
  if (named) return resolve(named);
  if (process.getuid?.() === 0) return '/var/lib/promfleet-quickstart';
  return join(process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local/share'), 'promfleet-quickstart');
}

export function quickStartHome(directory = quickStartDirectory()): QuickStartHome {
  const at = resolve(directory);
  return {
    directory: at,
    controller: join(at, 'controller'),
    socket: join(at, 'controller/control.sock'),
    agent: join(at, 'host'),
    fleet: join(at, 'fleet'),
    log: join(at, 'log'),
  };
}

/** @throws Fault when units could not live there: as root they run as users of their own, who must be able to reach their files. */
export function createHome(home: QuickStartHome): void {
  mkdirSync(home.directory, { recursive: true, mode: 0o755 });
  if (process.getuid?.() === 0) {
    chmodSync(home.directory, 0o755);
    for (let at = home.directory; at !== '/'; at = dirname(at)) {
      if ((statSync(at).mode & 0o001) === 0) {
        throw new Fault('invalid', `cannot use ${home.directory}: ${at} is closed to other users`, {
          hint: 'as root, units run as users of their own; choose another directory with --dir, or run as a normal user',
        });
      }
    }
  }
  mkdirSync(home.controller, { recursive: true, mode: 0o700 });
  mkdirSync(home.agent, { recursive: true, mode: 0o755 });
  mkdirSync(home.log, { recursive: true, mode: 0o755 });
}

const portsFile = (home: QuickStartHome) => join(home.directory, 'ports.json');

/** The ports of this quick start: the usual ones where they are free, chosen once and kept. */
export async function readOrChoosePorts(home: QuickStartHome): Promise<{ ports: Ports; moved: string[] }> {
  if (existsSync(portsFile(home)))
    return { ports: JSON.parse(readFileSync(portsFile(home), 'utf8')) as Ports, moved: [] };
  const chosen: Record<string, number> = {};
  const moved: string[] = [];
  for (const [name, wanted] of Object.entries(WANTED)) {
    chosen[name] = (await isFree(wanted)) ? wanted : await anyFree(Object.values(chosen));
    if (chosen[name] !== wanted) moved.push(`port ${wanted} is taken, using ${chosen[name]}`);
  }
  writeFileSync(portsFile(home), JSON.stringify(chosen, null, 2));
  return { ports: chosen as unknown as Ports, moved };
}

const isFree = async (port: number): Promise<boolean> => (await listenOn(port)) !== undefined;

async function anyFree(taken: readonly number[]): Promise<number> {
  for (;;) {
    const port = await listenOn(0);
    if (port && !taken.includes(port)) return port;
  }
}

function listenOn(port: number): Promise<number | undefined> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(undefined));
    // On all addresses, as exporters do: a port that is taken on one of them is taken.
    server.listen(port, () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' ? address?.port : undefined));
    });
  });
}
