import { Fault } from '../../proto/fault.ts';
import { showDuration } from './duration.ts';

const TOLERATED_MS = 5 * 60_000;

/**
 * Certificates are believed by the clock, so a wrong one is named as such before it becomes a riddle in TLS.
 * @throws Fault `invalid` saying by how much and which way.
 */
export function checkClock(task: string, hostMs: number, now: number): void {
  const skew = hostMs - now;
  if (Math.abs(skew) <= TOLERATED_MS) return;
  const way = skew > 0 ? 'ahead of' : 'behind';
  throw new Fault(
    'invalid',
    `cannot ${task}: this host’s clock is ${showDuration(Math.abs(skew))} ${way} the controller’s`,
    {
      hint: 'set it ("timedatectl set-ntp true", or "chronyc makestep"), or the controller’s if that one is wrong; then try again',
    },
  );
}
