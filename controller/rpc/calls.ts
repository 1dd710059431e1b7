import { Fault } from '../../proto/fault.ts';
import type { Log } from '../log.ts';

/** The calls that are being answered: whoever stops the servers waits for them, so that none outlives the database. */
export class Calls {
  readonly #open = new Set<Promise<void>>();

  /** `call` must not reject. */
  track(call: Promise<void>): void {
    this.#open.add(call);
    void call.finally(() => this.#open.delete(call));
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.#open);
  }
}

/** A fault is told to the caller; anything else is a bug of ours, and the log is where it can be found. */
export function logBug(log: Log, error: unknown): void {
  if (!(error instanceof Fault) || error.code === 'internal') log.error({ err: error }, 'cannot answer an agent');
}
