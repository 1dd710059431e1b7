import { trustDigest } from '../proto/digest.ts';
import type { HostFacts, HostReport, Problem } from '../proto/report.ts';
import { NO_REVISION } from '../proto/revision.ts';
import type { HostSpec } from '../proto/spec.ts';
import type { Settings } from './narrowing/settings.ts';
import type { Activities } from './reconcile/activities.ts';
import type { Look } from './reconcile/observe.ts';
import type { Progress } from './reconcile/progress.ts';
import { hasConverged, unitReports } from './reconcile/unit-report.ts';
import type { Wanted } from './reconcile/wanted.ts';
import { AGENT_VERSION } from './version.ts';

/** A spec, and what is worked out of it once. */
export interface Goal {
  readonly spec: HostSpec;
  /** What the administrator of this host said when it was worked out. */
  readonly settings: Settings;
  readonly units: readonly Wanted[];
  readonly digest: string;
}

/** One pass of the loop, as it will be told. */
export interface Seen {
  readonly look: Look;
  readonly progress: ReadonlyMap<string, Progress>;
  readonly isSettled: boolean;
  /** What it looked for; undefined before the first spec. */
  readonly goal: Goal | undefined;
}

export interface ReportContext {
  readonly facts: HostFacts;
  readonly problems: readonly Problem[];
  readonly trustDigest: string;
  readonly tlsTrustDigest: string;
  readonly activities: Activities;
  readonly atMs: number;
}

export function hostReport({ look, progress, isSettled, goal }: Seen, context: ReportContext): HostReport {
  return {
    revision: goal?.spec.revision ?? NO_REVISION,
    ...(goal?.spec.proof === undefined ? {} : { proof: goal.spec.proof }),
    specDigest: goal?.digest ?? '',
    agentVersion: AGENT_VERSION,
    facts: context.facts,
    units: unitReports(look, progress, (unit) => context.activities.get(unit)),
    problems: context.problems,
    trustDigest: context.trustDigest,
    ...(context.tlsTrustDigest === '' ? {} : { tlsTrustDigest: context.tlsTrustDigest }),
    atMs: context.atMs,
    converged: hasConverged(look, progress, isSettled),
  };
}

/** Of PEM certificates: the digest is of what they hold, not of how they are written. */
export const digestOfTrust = (authorities: readonly string[]): string =>
  authorities.length === 0
    ? ''
    : trustDigest(authorities.map((pem) => Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64')));
