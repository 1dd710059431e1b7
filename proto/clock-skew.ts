import { showDuration } from './duration.ts';
import { Fault } from './fault.ts';

const TOLERATED_MS = 5 * 60_000;

/** By how much and which way, in words; '' when the two agree well enough. Both sides judge by this. */
export function clockSkew(hostMs: number, controllerMs: number): string {
  const skew = hostMs - controllerMs;
  if (Math.abs(skew) <= TOLERATED_MS) return '';
  // The way of the message is in it, too: to the minute is all that is known.
  const minutes = Math.round(Math.abs(skew) / 60_000);
  return `this host’s clock is ${showDuration(minutes * 60_000)} ${skew > 0 ? 'ahead of' : 'behind'} the controller’s`;
}

export const SET_THE_CLOCK =
  'set it ("timedatectl set-ntp true", or "chronyc makestep"), or the controller’s if that one is wrong; then try again';

/**
 * Certificates are believed by the clock, so a wrong one is named as such before it becomes a riddle in TLS.
 * @throws Fault `invalid` saying by how much and which way.
 */
export function checkClock(task: string, hostMs: number, controllerMs: number): void {
  const skew = clockSkew(hostMs, controllerMs);
  if (skew !== '') throw new Fault('invalid', `cannot ${task}: ${skew}`, { hint: SET_THE_CLOCK });
}
