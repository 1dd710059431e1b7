import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ProcessSupervisor } from '../../../agent/supervise/process-supervisor.ts';
import type { Launch, ObservedProcess } from '../../../agent/supervise/supervisor.ts';

const PROGRAMS = fileURLToPath(new URL('../../fixtures/programs', import.meta.url));

export interface Scene extends Disposable {
  readonly directory: string;
  /** For the supervisor. */
  readonly state: string;
  launch(program: string, more?: Partial<Launch>): Launch;
}

/** A directory that any user may look into, with the fixture programs in `bin/`; whatever still runs in it is killed at the end. */
export function openScene(): Scene {
  const directory = mkdtempSync(join(tmpdir(), 'promfleet-supervise-'));
  chmodSync(directory, 0o755);
  cpSync(PROGRAMS, join(directory, 'bin'), { recursive: true });
  mkdirSync(join(directory, 'work'));
  chmodSync(join(directory, 'work'), 0o777);
  return {
    directory,
    state: join(directory, 'state'),
    launch: (program, more) => launchOf(directory, program, more),
    [Symbol.dispose]() {
      for (const { pid } of running(directory)) process.kill(pid, 'SIGKILL');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export function launchOf(directory: string, program: string, more: Partial<Launch> = {}): Launch {
  return {
    unit: 'unit',
    digest: 'one',
    program: join(directory, 'bin', program),
    argv: [],
    env: {},
    user: 'unit',
    workingDirectory: join(directory, 'work'),
    writable: [],
    stop: { signal: 'SIGTERM', graceSeconds: 5, kill: true },
    limits: { memoryBytes: 0, openFiles: 0 },
    sandbox: undefined,
    startRoom: 0,
    description: 'a unit under test',
    ...more,
  };
}

/** Never goes back, and goes on across processes. */
export const now = (): number => performance.timeOrigin + performance.now();

export async function supervise(scene: Pick<Scene, 'state'>): Promise<ProcessSupervisor> {
  const supervisor = new ProcessSupervisor({ directory: scene.state, now });
  await supervisor.recover();
  return supervisor;
}

export const look = async (supervisor: ProcessSupervisor, unit = 'unit'): Promise<ObservedProcess> =>
  (await supervisor.observe()).get(unit) as ObservedProcess;

/** Every process that works in the scene; `unit` is its variable of that name. */
export function running(directory: string): { pid: number; leader: boolean; unit: string }[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid))
    .flatMap((pid) => {
      try {
        if (readlinkSync(`/proc/${pid}/cwd`) !== join(directory, 'work')) return [];
        const [, ...fields] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
        const unit = /(?:^|\0)UNIT=([^\0]*)/.exec(readFileSync(`/proc/${pid}/environ`, 'utf8'))?.[1] ?? '';
        return [{ pid, leader: Number(fields.at(-1)?.split(' ')[3]) === pid, unit }];
      } catch {
        return [];
      }
    });
}

/** Waits for what must come about. @throws with the last value seen when it does not. */
export async function eventually<T>(look: () => T | Promise<T>, holds: (value: T) => boolean, ms = 5_000): Promise<T> {
  const until = performance.now() + ms;
  for (;;) {
    const value = await look();
    if (holds(value)) return value;
    if (performance.now() > until) throw new Error(`did not come about: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
