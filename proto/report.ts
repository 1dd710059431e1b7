import type { HostFacts__Output, HostFacts as WireHostFacts } from './gen/promfleet/v1/HostFacts.ts';
import type { HostReport__Output, HostReport as WireHostReport } from './gen/promfleet/v1/HostReport.ts';
import type { UnitReport__Output } from './gen/promfleet/v1/UnitReport.ts';
import { type Narrowing, readNarrowing, writeNarrowing } from './narrowing.ts';
import { NO_REVISION, type ProvenRevision, readRevision, writeRevision } from './revision.ts';

/**
 * absent      nothing of it is on the host yet
 * installing  its release is being downloaded or unpacked
 * starting    spawned, its probes do not all hold yet
 * ready       its probes hold
 * unhealthy   it was ready; a probe fails now, or it has lost what it should have stored
 * backoff     it exited unasked; the next start is waiting
 * failed      it keeps exiting, or what it needs is refused; `message` and `lastLines` say why
 * stopping    asked to stop
 * stopped     down because an operator wants it so
 */
export const UNIT_STATES = [
  'absent',
  'installing',
  'starting',
  'ready',
  'unhealthy',
  'backoff',
  'failed',
  'stopping',
  'stopped',
] as const;
export type UnitState = (typeof UNIT_STATES)[number];

/** What is being done for a unit right now; `done` and `total` in bytes, 0 where it can't be counted. */
export interface Activity {
  readonly step: string;
  readonly done: number;
  readonly total: number;
}

/** What the process that runs has failed to store. */
export interface Loss {
  readonly sinceMs: number;
  /** 0: it goes on. */
  readonly untilMs: number;
}

/** How it stands with a unit's certificates. */
export interface TlsReport {
  /** When the first of them ends; 0: it has none. */
  readonly untilMs: number;
  /** Why one could not be had or renewed; '' when all is well. */
  readonly problem: string;
  /** Of the authorities that they are of and that its files trust; '' when it has none. */
  readonly digest: string;
}

export interface UnitReport {
  readonly name: string;
  readonly state: UnitState;
  readonly message: string;
  readonly version: string;
  readonly releaseSha256: string;
  readonly pid: number;
  readonly startedAtMs: number;
  /** Exits that nobody asked for since the unit's present launch was first made. */
  readonly restarts: number;
  readonly configDigest: string;
  readonly loadedDigest: string;
  readonly launchDigest: string;
  readonly lastLines: readonly string[];
  readonly activity: Activity | undefined;
  readonly readyAtMs: number;
  readonly drift: string;
  readonly loss: Loss | undefined;
  /** Undefined: it has none, and needs none. */
  readonly tls?: TlsReport | undefined;
}

export interface HostFacts {
  readonly hostname: string;
  readonly machineId: string;
  readonly bootId: string;
  readonly os: string;
  readonly kernel: string;
  readonly arch: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly address: string;
  readonly supervisor: string;
  readonly virtualisation: string;
  /** Every one that others may reach it at: neither of the loopback nor of the link alone. */
  readonly addresses: readonly string[];
  /** The one that its administrator names in agent.yaml; '': none. */
  readonly ownAddress: string;
  /** Undefined: its administrator has narrowed nothing. */
  readonly narrowing: Narrowing | undefined;
}

export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** What an agent saw, in full. */
export interface HostReport extends ProvenRevision {
  readonly specDigest: string;
  readonly agentVersion: string;
  readonly facts: HostFacts;
  readonly units: readonly UnitReport[];
  readonly problems: readonly Problem[];
  readonly trustDigest: string;
  readonly atMs: number;
  /** Looked at `revision` and found nothing left to do. */
  readonly converged: boolean;
  /** Of the authorities of endpoints and scrapers that it knows; '' when it knows none. */
  readonly tlsTrustDigest?: string;
}

/** Of a host that has said nothing yet. */
export const NO_FACTS: HostFacts = {
  hostname: '',
  machineId: '',
  bootId: '',
  os: '',
  kernel: '',
  arch: '',
  cpus: 0,
  memoryBytes: 0,
  address: '',
  supervisor: '',
  virtualisation: '',
  addresses: [],
  ownAddress: '',
  narrowing: undefined,
};

export function readHostReport({ tlsTrustDigest, ...wire }: HostReport__Output): HostReport {
  return {
    ...wire,
    ...(tlsTrustDigest === '' ? {} : { tlsTrustDigest }),
    ...(wire.revision ? readRevision(wire.revision) : { revision: NO_REVISION }),
    facts: readFacts(wire.facts),
    units: wire.units.map(readUnitReport),
  };
}

export const readFacts = (wire: HostFacts__Output | null): HostFacts =>
  wire ? { ...wire, narrowing: readNarrowing(wire.narrowing) } : NO_FACTS;

export const writeFacts = (facts: HostFacts): WireHostFacts => ({
  ...facts,
  addresses: [...facts.addresses],
  narrowing: facts.narrowing ? writeNarrowing(facts.narrowing) : null,
});

function readUnitReport(wire: UnitReport__Output): UnitReport {
  // A state that a newer agent invented is shown as unhealthy rather than hidden.
  const state = UNIT_STATES.find((known) => known === wire.state) ?? 'unhealthy';
  const { tlsUntilMs: untilMs, tlsProblem: problem, tlsDigest: digest, ...rest } = wire;
  const tls = untilMs > 0 || problem !== '' || digest !== '' ? { untilMs, problem, digest } : undefined;
  return {
    ...rest,
    state,
    activity: wire.activity ?? undefined,
    loss: wire.loss ?? undefined,
    ...(tls ? { tls } : {}),
  };
}

export function writeHostReport({ proof, ...report }: HostReport): WireHostReport {
  return {
    ...report,
    revision: writeRevision({ revision: report.revision, ...(proof ? { proof } : {}) }),
    facts: writeFacts(report.facts),
    units: report.units.map(({ tls, ...unit }) => ({
      ...unit,
      lastLines: [...unit.lastLines],
      activity: unit.activity ?? null,
      loss: unit.loss ?? null,
      tlsUntilMs: tls?.untilMs ?? 0,
      tlsProblem: tls?.problem ?? '',
      tlsDigest: tls?.digest ?? '',
    })),
    problems: [...report.problems],
  };
}
