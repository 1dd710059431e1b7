import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncDirectory, writeAtomically } from './atomic-file.ts';
import { NO_RECORD, type UnitRecord } from './unit-record.ts';

const SUFFIX = '.json';

/** One small file per unit. A file that can't be read counts as none: all it holds can be found out again. */
export class UnitRecords {
  readonly #directory: string;
  readonly #records = new Map<string, UnitRecord>();

  constructor(state: string) {
    this.#directory = join(state, 'units');
  }

  load(): void {
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(this.#directory).filter((name) => name.endsWith(SUFFIX))) {
      this.#records.set(name.slice(0, -SUFFIX.length), readRecord(join(this.#directory, name)));
    }
  }

  names(): Iterable<string> {
    return this.#records.keys();
  }

  get(unit: string): UnitRecord {
    return this.#records.get(unit) ?? NO_RECORD;
  }

  /** On disk first: a record is relied on only once it would survive. */
  async update(unit: string, change: Partial<UnitRecord>): Promise<void> {
    const record = { ...this.get(unit), ...change };
    await writeAtomically(join(this.#directory, unit + SUFFIX), JSON.stringify(record), { mode: 0o600 });
    this.#records.set(unit, record);
  }

  async remove(unit: string): Promise<void> {
    if (!existsSync(this.#directory)) return;
    await rm(join(this.#directory, unit + SUFFIX), { force: true });
    await syncDirectory(this.#directory);
    this.#records.delete(unit);
  }
}

function readRecord(path: string): UnitRecord {
  try {
    return { ...NO_RECORD, ...(JSON.parse(readFileSync(path, 'utf8')) as Partial<UnitRecord>) };
  } catch {
    return NO_RECORD;
  }
}
