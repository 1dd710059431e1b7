import type { HostFacts } from '../proto/report.ts';
import type { Bring } from './install/bring-release.ts';
import type { Layout } from './install/layout.ts';
import type { Log } from './log.ts';
import type { SettingsFile } from './narrowing/settings-file.ts';
import type { execute } from './reconcile/execute.ts';
import type { Supervisor } from './supervise/supervisor.ts';
import type { CertifyUnit } from './tls/host-tls.ts';

export interface AgentOptions {
  readonly layout: Layout;
  readonly supervisor: Supervisor;
  /** How releases come here. */
  readonly bring: Bring;
  readonly log: Log;
  readonly now: () => number;
  /** Milliseconds by a clock that nobody sets: what waits must not wait longer when the time of day is put right. */
  readonly ticks: () => number;
  readonly chance: () => number;
  readonly facts: HostFacts;
  /** Certificates for units; undefined: there are none to be had. */
  readonly certify?: CertifyUnit;
  /** The layout's own unless said otherwise. */
  readonly settings?: SettingsFile;
  /** How a step is done; a test may stand in its way. */
  readonly execute?: typeof execute;
  /** How often a unit is looked at for what it fails to store; a test has less patience. */
  readonly glanceMs?: number;
}
