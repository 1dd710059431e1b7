import type { HostReport } from '../../proto/report.ts';

/** Room for one report: the newest replaces one that was not sent yet, so no queue can grow. */
export class ReportSlot {
  #newest: HostReport | undefined;
  readonly #listeners = new Set<() => void>();

  get newest(): HostReport | undefined {
    return this.#newest;
  }

  put(report: HostReport): void {
    this.#newest = report;
    for (const listener of this.#listeners) listener();
  }

  /** @returns the end of it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
