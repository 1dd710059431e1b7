import { Fault } from '../../proto/fault.ts';
import { Allowances } from '../allowance.ts';
import { STRANGER_BOUNDS } from './bounds.ts';

/** Where strangers knock. Whoever fails over and over from one address is not listened to for a while. */
export class Door {
  readonly #failures = new Allowances(
    STRANGER_BOUNDS.attempts.burst,
    STRANGER_BOUNDS.attempts.perSecond,
    STRANGER_BOUNDS.addresses,
  );

  /** @throws Fault `unavailable` before anything is done for an address that has failed too often. */
  async pass<T>(peer: string, attempt: () => Promise<T>): Promise<T> {
    const address = peer.slice(0, peer.lastIndexOf(':'));
    const now = performance.now();
    const allowed = this.#failures.of(address, now);
    if (!allowed.has(now)) {
      throw new Fault('unavailable', `cannot listen to ${address}: too many attempts from there have failed`, {
        hint: 'wait some seconds, then try again',
      });
    }
    try {
      return await attempt();
    } catch (error) {
      allowed.take(performance.now());
      throw error;
    }
  }
}
