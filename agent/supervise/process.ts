import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, closeSync, openSync, readFileSync } from 'node:fs';
import { roomAt } from '../install/read-room.ts';
import { megabytes, sayRoom } from '../install/room.ts';
import { LAUNCH_VARIABLE } from './launch-variable.ts';
import { showing } from './shown-files.ts';
import type { Identity, Launch } from './supervisor.ts';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Spawns a unit so that nothing ties it to the agent: a session of its own, no pipe, its output appended to a file. It gets none of the
 * agent's environment. With an identity Node drops root's supplementary groups as well.
 */
export function spawnUnit(
  launch: Launch,
  how: { launchId: string; logPath: string; scratch: string; identity: Identity | undefined },
): ChildProcess {
  requireRoom(launch);
  allowOpenFiles(launch.limits.openFiles, how.identity !== undefined);
  const log = openSync(how.logPath, 'a', 0o640);
  try {
    chmodSync(how.logPath, 0o640);
    const run = showing(launch.sandbox?.binds ?? [], { ...launch, identity: how.identity }, how.scratch);
    const child = spawn(run.program, run.argv, {
      detached: true,
      cwd: launch.workingDirectory,
      stdio: ['ignore', log, log],
      env: {
        PATH,
        HOME: launch.workingDirectory,
        ...(launch.user ? { USER: launch.user, LOGNAME: launch.user } : {}),
        ...launch.env,
        [LAUNCH_VARIABLE]: how.launchId,
      },
      ...run.identity,
    });
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

function requireRoom({ startRoom, workingDirectory }: Launch): void {
  if (startRoom === 0) return;
  const room = roomAt(workingDirectory);
  if (room.free < startRoom)
    throw new Error(`${sayRoom(room)}, and with less than ${megabytes(startRoom)} a start could lose what is stored`);
}

/**
 * Children inherit the agent's limits, and Node raises the soft one to the hard one: only a hard limit that is too low needs work, and
 * only root may do it. Where even root may not (some containers), the unit runs with what there is.
 */
function allowOpenFiles(wanted: number, isRoot: boolean): void {
  if (!isRoot || wanted <= hardOpenFiles()) return;
  try {
    execFileSync('prlimit', [`--pid=${process.pid}`, `--nofile=${wanted}:${wanted}`], { stdio: 'ignore' });
  } catch {
    // Refused or not installed: said above.
  }
}

function hardOpenFiles(): number {
  const [, hard] = /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  return hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard ?? 0);
}

/** An exit as people say it. */
export function describeExit(code: number | null, signal: NodeJS.Signals | null): string {
  return signal ? `killed by ${signal}` : `exited with code ${code ?? 'unknown'}`;
}
