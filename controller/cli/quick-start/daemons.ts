import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../../../proto/fault.ts';
import { readIdentity } from '../../instance-lock.ts';
import { isAlive } from '../../process-identity.ts';

const POLL_MS = 50;
const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 20_000;
/** Longer than an agent waits between two tries to connect. */
const RETURN_TIMEOUT_MS = 90_000;

/** The daemon that holds this lock file, if it lives. */
export function runningPid(lockFile: string): number | undefined {
  const holder = readIdentity(lockFile);
  return holder && isAlive(holder) ? holder.pid : undefined;
}

export interface Daemon {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly logFile: string;
}

/**
 * Starts a daemon that outlives this program, and waits until `answers`.
 * @throws Fault `unavailable` with the last lines of its log when it ends or does not answer in time.
 */
export async function startDaemon(daemon: Daemon, answers: () => Promise<boolean>): Promise<void> {
  const log = openSync(daemon.logFile, 'a', 0o644);
  const child = spawn(daemon.program, daemon.args, { detached: true, stdio: ['ignore', log, log], cwd: '/' });
  closeSync(log);
  // It must not hold this program up, least of all when waiting for it fails.
  child.unref();
  let ended: string | undefined;
  child.once('error', (error) => (ended = error.message));
  child.once('exit', (code, signal) => (ended = signal ? `was killed by ${signal}` : `exited with code ${code}`));
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!(await answers())) {
    if (ended || performance.now() > deadline) {
      throw new Fault(
        'unavailable',
        `cannot start the ${daemon.name}: it ${ended ?? 'does not answer'}\n${lastLines(daemon.logFile)}`,
        {
          hint: `its whole log is ${daemon.logFile}`,
        },
      );
    }
    await sleep(POLL_MS);
  }
}

/** @throws Fault `unavailable` when it does not come true in time. */
export async function waitFor(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + RETURN_TIMEOUT_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) {
      throw new Fault('unavailable', `cannot wait any longer for ${what}`, {
        hint: 'run the same command again; its log says what is in the way',
      });
    }
    await sleep(POLL_MS);
  }
}

/** Asks a daemon to end and waits for it; one that will not is killed, which its state is made to survive. */
export async function stopDaemon(lockFile: string): Promise<boolean> {
  const pid = runningPid(lockFile);
  if (!pid) return false;
  process.kill(pid, 'SIGTERM');
  const deadline = performance.now() + STOP_TIMEOUT_MS;
  while (runningPid(lockFile)) {
    if (performance.now() > deadline) process.kill(pid, 'SIGKILL');
    await sleep(POLL_MS);
  }
  return true;
}

const lastLines = (file: string): string =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .slice(-8)
    .map((line) => `  ${line}`)
    .join('\n');
