import { readFileSync } from 'node:fs';
import { Fault } from '../../proto/fault.ts';
import type { Stop } from '../../proto/spec.ts';
import type { SystemdService } from './systemd-service.ts';
import type { SystemdStatus } from './systemd-status.ts';

const CGROUP_ROOTS = ['/sys/fs/cgroup', '/sys/fs/cgroup/systemd', '/sys/fs/cgroup/unified'];

/** Where systemd gave up on a process that may not be killed, a start would run a second one beside it. */
export function refuseLeftOver(unit: string, status: SystemdStatus | undefined): void {
  if (!status?.controlGroup || status.activeState === 'active' || status.activeState === 'activating') return;
  const pids = CGROUP_ROOTS.flatMap((root) => linesOf(`${root}${status.controlGroup}/cgroup.procs`));
  if (pids.length === 0) return;
  throw new Fault('unavailable', `cannot start ${unit}: its process ${pids[0]} did not stop and is still there`, {
    hint: 'it is not killed, as that could cost data: see its log',
  });
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

export const willNotStop = ({ unit, pid }: SystemdService, { signal, graceSeconds, kill }: Stop): Fault =>
  new Fault('unavailable', `cannot stop ${unit}: process ${pid} is still there ${graceSeconds} s after ${signal}`, {
    hint: kill
      ? 'SIGKILL did not end it: see what it waits for'
      : 'it is not killed, as that could cost data: see its log',
  });
