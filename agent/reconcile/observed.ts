import type { UnitRecord } from '../state/unit-record.ts';
import type { ObservedProcess } from '../supervise/supervisor.ts';
import type { UnitTlsState } from '../tls/unit-files.ts';
import type { Hold } from './loss.ts';

/** What the disk says of a unit's configuration directory. Digests are '' where there is nothing. */
export interface ObservedConfig {
  readonly current: string;
  /** Names the switch that made it current: the same set switched in again has another. */
  readonly stamp: string;
  readonly previous: string;
  /** The sets that are there and complete. */
  readonly sets: readonly string[];
  /** Files of the set in use that are not as they were written. */
  readonly edited: readonly string[];
  readonly live: ObservedLive;
  /** Something is there that only an earlier spec needed. */
  readonly leftovers: boolean;
}

export interface ObservedLive {
  /** To be written because the spec says otherwise than what was written last. */
  readonly stale: readonly string[];
  /** As the spec says when written, not any more. */
  readonly edited: readonly string[];
  /** Written once, not in the spec any more. */
  readonly surplus: readonly string[];
}

export const NO_CONFIG: ObservedConfig = {
  current: '',
  stamp: '',
  previous: '',
  sets: [],
  edited: [],
  live: { stale: [], edited: [], surplus: [] },
  leftovers: false,
};

export const NO_PROCESS: ObservedProcess = {
  state: 'none',
  pid: 0,
  startedAtMs: 0,
  restarts: 0,
  launchDigest: '',
  lastExit: '',
  retryAtMs: 0,
};

export interface ObservedUnit {
  readonly program: ObservedProcess;
  readonly config: ObservedConfig;
  readonly record: UnitRecord;
  /** Absent: none. */
  readonly tls?: UnitTlsState | undefined;
  /** It must not be stopped: that would lose what it holds. */
  readonly hold?: Hold | undefined;
}

export interface ObservedHost {
  /** The sha256 of every release that is there and complete. */
  readonly releases: ReadonlySet<string>;
  /** Every unit that is wanted, that runs, or of which something was left. */
  readonly units: ReadonlyMap<string, ObservedUnit>;
}
