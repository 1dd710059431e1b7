import { readFileSync } from 'node:fs';
import { writeAtomically } from './atomic-file.ts';

/**
 * What running processes have failed to store, by unit: since when, above all. That they have, they say themselves, so what could not be
 * written here while the disk was full costs only the time.
 */
export class LossFile<T> {
  readonly #path: string;

  constructor(state: string) {
    this.#path = `${state}/losses.json`;
  }

  read(): Map<string, T> {
    try {
      return new Map(Object.entries(JSON.parse(readFileSync(this.#path, 'utf8')) as Record<string, T>));
    } catch {
      return new Map();
    }
  }

  write(losses: ReadonlyMap<string, T>): Promise<void> {
    return writeAtomically(this.#path, JSON.stringify(Object.fromEntries(losses)), { mode: 0o600 });
  }
}
