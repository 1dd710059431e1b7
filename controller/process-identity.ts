import { readFileSync } from 'node:fs';

/** A pid alone is reused; with its start time (clock ticks since boot) and the boot it names one process for ever. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTicks: number;
  readonly bootId: string;
}

/** Undefined when there is no such process, or it is a zombie. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  try {
    // The command, in parentheses, may hold spaces and parentheses itself: count the fields after the last one (proc(5)).
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, startTicks] = [fields[0], Number(fields[19])];
    if (state === 'Z' || state === 'X' || !startTicks) return undefined;
    return { pid, startTicks, bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() };
  } catch {
    return undefined;
  }
}

export function isAlive(identity: ProcessIdentity): boolean {
  const now = identityOf(identity.pid);
  return now?.startTicks === identity.startTicks && now.bootId === identity.bootId;
}
