import { existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Fault, messageOf } from '../../proto/fault.ts';
import { writeAtomicallySync } from '../state/atomic-file.ts';

interface Kept {
  /** From the top. */
  readonly made: readonly string[];
  readonly used: Readonly<Record<string, readonly string[]>>;
}

/** Directories that are there for nothing but to have files of a release shown in their place, and go with the last unit that needs them. */
export class MountPoints {
  readonly #path: string;
  /** @param directory  keeps note of what was made here */
  constructor(directory: string) {
    this.#path = join(directory, 'mount-points.json');
  }

  /** @throws Fault `unavailable` where one is missing and can't be made. */
  make(unit: string, paths: readonly string[]): void {
    const { made, used } = this.#read();
    const missing = paths.flatMap(missingAbove);
    if (missing.length === 0 && paths.join() === (used[unit] ?? []).join()) return;
    // On disk first: what is made is known to be ours, whenever power is cut.
    this.#write({ made: [...new Set([...made, ...missing])], used: { ...used, [unit]: paths } });
    for (const path of missing) {
      try {
        mkdirSync(path, { mode: 0o755, recursive: true });
      } catch (error) {
        const message = `cannot start ${unit}: its program looks for files in ${path}: ${messageOf(error)}`;
        throw new Fault('unavailable', message, {
          hint: 'make that directory, empty, or take another build of the program (artifacts: { sources: [github] }), which needs none',
        });
      }
    }
  }

  remove(unit: string): void {
    const { made, used } = this.#read();
    const { [unit]: own, ...others } = used;
    if (!own) return;
    const isNeeded = (path: string): boolean =>
      Object.values(others).some((paths) => paths.some((one) => one === path || one.startsWith(`${path}/`)));
    const surplus = made.filter((path) => !isNeeded(path));
    for (const path of surplus.toReversed()) {
      try {
        rmdirSync(path);
      } catch {
        // Someone else put something there in the meantime, or took it away.
      }
    }
    this.#write({ made: made.filter((path) => !surplus.includes(path)), used: others });
  }

  #read(): Kept {
    try {
      return JSON.parse(readFileSync(this.#path, 'utf8')) as Kept;
    } catch {
      return { made: [], used: {} };
    }
  }
  #write(kept: Kept): void {
    writeAtomicallySync(this.#path, JSON.stringify(kept));
  }
}

/** What of a path is not there, from the top. */
function missingAbove(path: string): string[] {
  return existsSync(path) ? [] : [...missingAbove(dirname(path)), path];
}
