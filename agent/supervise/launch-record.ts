import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { State } from './lifecycle.ts';
import type { ProcessIdentity } from './process-identity.ts';
import type { Launch } from './supervisor.ts';
import { writeAtomicallySync } from './write-atomically-sync.ts';

/** What is known of one supervised unit, on disk before it is acted on. */
export interface LaunchRecord {
  readonly launch: Launch;
  /** Of the last spawn. Recorded without `identity` while it is not known yet whether that spawn happened. */
  readonly launchId: string;
  readonly identity: ProcessIdentity | undefined;
  readonly state: State;
  readonly startedAtMs: number;
  readonly restarts: number;
  readonly lastExit: string;
}

/** One file per unit; `<unit>.log` lies beside it. */
export class LaunchRecords {
  readonly #directory: string;
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** A record that can't be read is left out and left alone: its process, if there is one, carries its launch id still. */
  all(): LaunchRecord[] {
    mkdirSync(this.#directory, { recursive: true, mode: 0o750 });
    return readdirSync(this.#directory)
      .filter((file) => file.endsWith('.json'))
      .map((file) => JSON.parse(readFileSync(join(this.#directory, file), 'utf8')) as LaunchRecord);
  }

  save(record: LaunchRecord): void {
    writeAtomicallySync(join(this.#directory, `${record.launch.unit}.json`), JSON.stringify(record));
  }

  remove(unit: string): void {
    for (const ending of ['.json', '.log', '.log.old']) rmSync(join(this.#directory, unit + ending), { force: true });
  }

  logPath(unit: string): string {
    return join(this.#directory, `${unit}.log`);
  }
}
