import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomicallySync } from '../state/atomic-file.ts';
import type { State } from './lifecycle.ts';
import type { ProcessIdentity } from './process-identity.ts';
import type { Launch } from './supervisor.ts';

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

  /** One that a failing disk spoiled is left out: its process, if there is one, has its ports still, and so is found out. */
  all(): LaunchRecord[] {
    mkdirSync(this.#directory, { recursive: true, mode: 0o750 });
    return readdirSync(this.#directory)
      .filter((file) => file.endsWith('.json'))
      .flatMap((file) => readRecord(join(this.#directory, file)) ?? []);
  }

  save(record: LaunchRecord): void {
    writeAtomicallySync(join(this.#directory, `${record.launch.unit}.json`), JSON.stringify(record));
  }

  remove(unit: string): void {
    for (const ending of ['.json', '.log', '.log.old']) rmSync(join(this.#directory, unit + ending), { force: true });
    rmSync(this.scratchPath(unit), { recursive: true, force: true });
  }

  /** Of what a unit's program alone sees. */
  scratchPath(unit: string): string {
    return join(this.#directory, `${unit}.shown`);
  }

  logPath(unit: string): string {
    return join(this.#directory, `${unit}.log`);
  }
}

function readRecord(path: string): LaunchRecord | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as LaunchRecord;
  } catch {
    return undefined;
  }
}
