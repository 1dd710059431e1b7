import type { FileDigests } from '../install/file-digests.ts';
import type { Layout } from '../install/layout.ts';
import type { ReleaseStore } from '../install/release.ts';
import type { Log } from '../log.ts';
import type { SpecStore } from '../state/spec-file.ts';
import type { UnitRecords } from '../state/unit-records.ts';
import type { Supervisor } from '../supervise/supervisor.ts';
import type { Activities } from './activities.ts';
import type { LossWatch } from './loss-watch.ts';
import type { Prober } from './prober.ts';

/** Everything that looking at a host and changing it takes. */
export interface Host {
  readonly layout: Layout;
  readonly supervisor: Supervisor;
  readonly releases: ReleaseStore;
  readonly records: UnitRecords;
  readonly specs: SpecStore;
  readonly digests: FileDigests;
  readonly prober: Prober;
  readonly losses: LossWatch;
  readonly activities: Activities;
  readonly log: Log;
}
