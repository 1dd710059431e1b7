import type { Activity } from '../../proto/report.ts';

const SAY_AGAIN_MS = 1_000;

/** What is being done for each unit right now. A new step is said at once, how far it is once a second: each time, the whole report is sent. */
export class Activities {
  readonly #now: () => number;
  readonly #current = new Map<string, Activity>();
  #onChange: () => void = () => undefined;
  #saidAtMs = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  onChange(listener: () => void): void {
    this.#onChange = listener;
  }

  get(unit: string): Activity | undefined {
    return this.#current.get(unit);
  }

  set(unit: string, step: string, done = 0, total = 0): void {
    const isNewStep = this.#current.get(unit)?.step !== step;
    this.#current.set(unit, { step, done, total });
    if (!isNewStep && this.#now() - this.#saidAtMs < SAY_AGAIN_MS) return;
    this.#saidAtMs = this.#now();
    this.#onChange();
  }

  clear(unit: string): void {
    this.#current.delete(unit);
  }
}
