import { readdirSync, readFileSync } from 'node:fs';
import { LAUNCH_VARIABLE } from './launch-variable.ts';

/**
 * Names one process for good. A pid alone does not: it is used again, after a reboot soon. The start time tells two users of a pid
 * apart, the boot id two boots in which both could be the same.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks between the boot and its start: field 22 of /proc/PID/stat. */
  readonly startTicks: number;
  readonly bootId: string;
}

export const readBootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

/** Undefined when there is no such process, or only its unreaped remains. */
export function identify(pid: number, bootId: string): ProcessIdentity | undefined {
  const stat = readStat(pid);
  return stat && stat.state !== 'Z' && stat.state !== 'X' ? { pid, startTicks: stat.startTicks, bootId } : undefined;
}

export function isAlive(identity: ProcessIdentity, bootId: string): boolean {
  return identity.bootId === bootId && identify(identity.pid, bootId)?.startTicks === identity.startTicks;
}

/** Costs a hundredth of `isAlive`. A pid that someone else has by now fools it: enough for a glance, never for a signal. */
export function seemsAlive({ pid }: ProcessIdentity): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Finds the process that was spawned with this launch id. A session leader: what it forked itself carries the id too. */
export function findLaunched(launchId: string, bootId: string): ProcessIdentity | undefined {
  const wanted = `${LAUNCH_VARIABLE}=${launchId}`;
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || !environmentOf(pid).includes(wanted)) continue;
    if (readStat(pid)?.session === pid) return identify(pid, bootId);
  }
  return undefined;
}

/** '' when the process was not started with it. */
export function readVariable(pid: number, name: string): string {
  const entry = environmentOf(pid).find((variable) => variable.startsWith(`${name}=`));
  return entry?.slice(name.length + 1) ?? '';
}

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
  } catch {
    // Gone meanwhile, or someone else's: not ours in either case.
    return [];
  }
}

function readStat(pid: number): { state: string; session: number; startTicks: number } | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The second field is the program's name in brackets, and may hold blanks and brackets itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', session: Number(fields[3]), startTicks: Number(fields[19]) };
}
