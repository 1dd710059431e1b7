import type { Activity } from '../../proto/report.ts';

/** What is being done for each unit right now. Says so at most four times a second: a download has thousands of chunks. */
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
    if (!isNewStep && this.#now() - this.#saidAtMs < 250) return;
    this.#saidAtMs = this.#now();
    this.#onChange();
  }

  clear(unit: string): void {
    this.#current.delete(unit);
  }
}
