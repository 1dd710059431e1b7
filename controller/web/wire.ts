import type { UnitState } from '../../proto/report.ts';
import type { FleetEvent } from '../events/event.ts';

// What the operator API says, as far as this page reads it.

export interface UnitView {
  readonly name: string;
  readonly component: string;
  readonly wantedVersion: string;
  readonly version: string;
  readonly state: UnitState;
  readonly message: string;
  readonly pid: number;
  readonly startedAtMs: number;
  readonly readyAtMs: number;
  readonly restarts: number;
  readonly port: number;
  readonly activity?: { readonly step: string; readonly done: number; readonly total: number } | undefined;
  readonly lastLines: readonly string[];
  readonly drift: string;
  readonly stopped: boolean;
}

export interface HostView {
  readonly name: string;
  readonly online: boolean;
  readonly lastSeenMs: number | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly address: string;
  readonly facts: {
    readonly os: string;
    readonly arch: string;
    readonly cpus: number;
    readonly memoryBytes: number;
    readonly supervisor: string;
  };
  readonly revision: string;
  readonly wantedRevision: string;
  readonly converged: boolean;
  readonly problems: readonly { readonly code: string; readonly message: string; readonly hint: string }[];
  readonly units: readonly UnitView[];
}

export interface StatusView {
  readonly controller: {
    readonly version: string;
    readonly epoch: number;
    readonly startedAtMs: number;
    readonly held: boolean;
  };
  readonly fleet: {
    readonly name: string;
    readonly revision: string;
    readonly appliedAtMs: number;
    readonly actor: string;
  } | null;
  readonly hosts: readonly HostView[];
}

export interface PrometheusView {
  readonly host: string;
  readonly unit: string;
  readonly port: number;
  readonly version: string;
}

export interface TargetView {
  readonly job: string;
  readonly instance: string;
  readonly url: string;
  readonly health: string;
  readonly lastError: string;
  readonly lastScrapeMs: number | null;
}

/** One line of the live stream. */
export type LiveMessage =
  | { readonly type: 'event'; readonly event: FleetEvent }
  | { readonly type: 'host'; readonly host: HostView }
  | { readonly type: 'download'; readonly what: string; readonly done: number; readonly total: number };
