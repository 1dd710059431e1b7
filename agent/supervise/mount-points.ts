import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Fault, messageOf } from '../../proto/fault.ts';
import { writeAtomicallySync } from '../state/atomic-file.ts';

/** Directories that are there for nothing but to have files of a release shown in their place, and go with the unit that needs them. */
export class MountPoints {
  readonly #directory: string;
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** @throws Fault `unavailable` where one is missing and can't be made. */
  make(unit: string, paths: readonly string[]): void {
    const missing = paths.flatMap(missingAbove);
    if (missing.length === 0) return;
    // On disk first: what is made is known to be ours, whenever power is cut.
    writeAtomicallySync(this.#list(unit), JSON.stringify([...new Set([...this.#made(unit), ...missing])]));
    for (const path of missing) {
      try {
        mkdirSync(path, { mode: 0o755, recursive: true });
      } catch (error) {
        throw new Fault(
          'unavailable',
          `cannot start ${unit}: its program looks for files in ${path}: ${messageOf(error)}`,
          {
            hint: `make that directory, empty, or take another build of the program (artifacts: { sources: [github] }), which needs none`,
          },
        );
      }
    }
  }

  remove(unit: string): void {
    for (const path of this.#made(unit).toReversed()) {
      try {
        rmdirSync(path);
      } catch {
        // Someone else put something there in the meantime, or took it away.
      }
    }
    rmSync(this.#list(unit), { force: true });
  }

  #list(unit: string): string {
    return join(this.#directory, `${unit}.mounts`);
  }

  #made(unit: string): string[] {
    try {
      return JSON.parse(readFileSync(this.#list(unit), 'utf8')) as string[];
    } catch {
      return [];
    }
  }
}

/** What of a path is not there, from the top. */
function missingAbove(path: string): string[] {
  return existsSync(path) ? [] : [...missingAbove(dirname(path)), path];
}
