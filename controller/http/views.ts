import type { z } from 'zod';
import { configDigest } from '../../proto/digest.ts';
import type { HostFacts, HostReport, Problem, UnitReport } from '../../proto/report.ts';
import { compareRevisions, NO_REVISION, showRevision } from '../../proto/revision.ts';
import type { HostSpec, UnitSpec } from '../../proto/spec.ts';
import type * as schemas from './schemas.ts';

export type UnitView = z.infer<typeof schemas.unitView>;
export type HostView = z.infer<typeof schemas.hostView>;
export type StatusView = z.infer<typeof schemas.statusView>;
export type OverrideView = z.infer<typeof schemas.override>;
export type DriftItem = z.infer<typeof schemas.driftItem>;

/** What the controller knows of one host, from its stores and its sessions. */
export interface KnownHost {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ownLabels: Readonly<Record<string, string>>;
  readonly facts: HostFacts;
  readonly lastSeenAtMs: number | undefined;
  readonly online: boolean;
  readonly spec: { readonly spec: HostSpec; readonly digest: string } | undefined;
  readonly report: HostReport | undefined;
  /** What the controller sees that the host's own agent can't. */
  readonly problems: readonly Problem[];
}

/** One host as it is shown: what is wanted beside what its agent saw last. */
export function viewHost(host: KnownHost): HostView {
  const { spec, report } = host;
  const facts = report?.facts ?? host.facts;
  const units = viewUnits(spec?.spec.units ?? [], report?.units ?? []);
  return {
    name: host.name,
    online: host.online,
    lastSeenMs: host.lastSeenAtMs ?? null,
    labels: host.labels,
    ownLabels: host.ownLabels,
    address: facts.ownAddress || facts.address,
    facts,
    revision: showRevision(report?.revision ?? NO_REVISION),
    wantedRevision: showRevision(spec?.spec.revision ?? NO_REVISION),
    converged: host.online && hasConverged(host) && units.every(isAsWanted),
    problems: [...host.problems, ...(report?.problems ?? [])],
    units,
  };
}

/** The agent works to what is wanted and found nothing left to do. */
function hasConverged({ spec, report }: KnownHost): boolean {
  if (!spec) return report?.units.length === 0 || report === undefined;
  return (
    report !== undefined &&
    report.converged &&
    report.specDigest === spec.digest &&
    compareRevisions(report.revision, spec.spec.revision) >= 0
  );
}

export const isAsWanted = (unit: UnitView): boolean => driftOfUnit(unit) === undefined;

function viewUnits(wanted: readonly UnitSpec[], seen: readonly UnitReport[]): UnitView[] {
  const reports = new Map(seen.map((report) => [report.name, report]));
  const names = new Set(wanted.map((unit) => unit.name));
  return [
    ...wanted.map((unit) => viewUnit(unit.name, unit, reports.get(unit.name))),
    ...seen.filter((report) => !names.has(report.name)).map((report) => viewUnit(report.name, undefined, report)),
  ];
}

function viewUnit(name: string, wanted: UnitSpec | undefined, seen: UnitReport | undefined): UnitView {
  const activity = seen?.activity;
  return {
    name,
    component: wanted?.component ?? '',
    wantedVersion: wanted?.release.version ?? '',
    version: seen?.version ?? '',
    state: seen?.state ?? 'absent',
    message: seen?.message ?? '',
    pid: seen?.pid ?? 0,
    startedAtMs: seen?.startedAtMs ?? 0,
    readyAtMs: seen?.readyAtMs ?? 0,
    restarts: seen?.restarts ?? 0,
    port: wanted?.ports[0]?.number ?? 0,
    ...(activity ? { activity } : {}),
    lastLines: seen?.lastLines ?? [],
    wantedDigest: wanted?.files.some((file) => !file.live) ? configDigest(wanted) : '',
    configDigest: seen?.configDigest ?? '',
    loadedDigest: seen?.loadedDigest ?? '',
    drift: seen?.drift ?? '',
    ...(seen?.loss ? { loss: seen.loss } : {}),
    stopped: wanted?.stopped ?? false,
  };
}

export function viewStatus(
  controller: StatusView['controller'],
  fleet: StatusView['fleet'],
  hosts: readonly HostView[],
  overrides: readonly OverrideView[],
): StatusView {
  return { controller, fleet, converged: !controller.held && hosts.every((host) => host.converged), hosts, overrides };
}

/** Everything that differs from the spec now, host by host. Empty exactly when the fleet has converged. */
export function findDrift(status: StatusView): DriftItem[] {
  const held: DriftItem = {
    host: '',
    unit: '',
    what: 'held',
    detail: 'the controller was restored from an older state and sends nothing until an apply',
  };
  return [...(status.controller.held ? [held] : []), ...status.hosts.flatMap(driftOfHost)];
}

function driftOfHost(host: HostView): DriftItem[] {
  const at = (unit: string, what: string, detail: string): DriftItem => ({ host: host.name, unit, what, detail });
  const units = host.units.flatMap((unit) => {
    const difference = driftOfUnit(unit);
    return difference ? [at(unit.name, ...difference)] : [];
  });
  const own = !host.online
    ? [at('', 'offline', 'its agent is not connected; what is shown is the last that it reported')]
    : host.revision !== host.wantedRevision
      ? [
          at(
            '',
            isAhead(host) ? 'ahead' : 'behind',
            `works to revision ${host.revision}, wanted is ${host.wantedRevision}`,
          ),
        ]
      : host.converged || units.length > 0
        ? []
        : [at('', 'working', 'its agent has not yet found everything done')];
  return [...own, ...units];
}

const isAhead = (host: HostView): boolean => host.problems.some(({ code }) => code === 'ahead');

function driftOfUnit(unit: UnitView): [what: string, detail: string] | undefined {
  if (unit.wantedVersion === '') return ['surplus', 'nothing wants it any more; it is being removed'];
  if (unit.drift !== '') return ['changed by hand', unit.drift];
  const wantedState = unit.stopped ? 'stopped' : 'ready';
  if (unit.state !== wantedState) return [unit.state, unit.message || `wanted: ${wantedState}`];
  if (unit.stopped) return undefined;
  if (unit.version !== unit.wantedVersion) return ['version', `runs ${unit.version}, wanted is ${unit.wantedVersion}`];
  if (unit.wantedDigest !== '' && unit.loadedDigest !== unit.wantedDigest) {
    return ['config', 'the running program has not confirmed the wanted configuration'];
  }
  return undefined;
}
