import { clockSkew, SET_THE_CLOCK } from '../../proto/clock-skew.ts';
import { Fault } from '../../proto/fault.ts';
import type { Problem } from '../../proto/report.ts';
import { aheadProblem } from '../fleet/hosts-ahead.ts';
import { cloneProblem } from '../sessions/boots.ts';
import type { HostRow } from '../store/hosts.ts';
import type { StoredReport } from '../store/reports.ts';
import type { StoredSpec } from '../store/specs.ts';
import type { Call } from './call.ts';
import type { HttpDeps } from './deps.ts';
import { showFleet } from './resources.ts';
import { findDrift, type HostView, type StatusView, viewHost, viewStatus } from './views.ts';

export function listHosts(deps: HttpDeps): HostView[] {
  const { stores, sessions } = deps;
  const online = sessions.online();
  const specs = stores.specs.all();
  const reports = stores.reports.all();
  const { labels } = stores.meta.written();
  return stores.hosts
    .all()
    .map((row) => toView(deps, row, labels[row.name], online, specs.get(row.name), reports.get(row.name)));
}

export function findHost(deps: HttpDeps, name: string): HostView | undefined {
  const { stores, sessions } = deps;
  const row = stores.hosts.find(name);
  const written = stores.meta.written().labels[name];
  return row && toView(deps, row, written, sessions.online(), stores.specs.find(name), stores.reports.find(name));
}

function toView(
  { stores, sessions, now }: HttpDeps,
  row: HostRow,
  written: Readonly<Record<string, string>> | undefined,
  online: ReadonlySet<string>,
  spec: StoredSpec | undefined,
  stored: StoredReport | undefined,
): HostView {
  return viewHost({
    name: row.name,
    labels: { ...row.tokenLabels, ...row.labels, ...written },
    ownLabels: row.labels,
    facts: row.facts,
    lastSeenAtMs: row.lastSeenAt,
    online: online.has(row.name),
    spec,
    report: stored?.report,
    problems: [
      cloneProblem(stores.boots.of(row.name), now()),
      stored && clockProblem(stored),
      aheadProblem(stores, stored?.report, spec?.spec),
      ...sessions.problems(row.name),
    ].filter((problem) => problem !== undefined),
  });
}

/** By the report that was heard last. One that says nothing of the time is of no agent that we know. */
function clockProblem({ report, receivedAtMs }: StoredReport): Problem | undefined {
  const skew = report.atMs > 0 ? clockSkew(report.atMs, receivedAtMs) : '';
  return skew === '' ? undefined : { code: 'clock', message: skew, hint: SET_THE_CLOCK };
}

export function showHost(deps: HttpDeps, { params }: Call): HostView {
  const name = params['name'] ?? '';
  const host = findHost(deps, name);
  if (host) return host;
  throw new Fault('not_found', `cannot show host ${name}: none of that name is enrolled`, {
    hint: 'run "promfleet hosts" to see them',
  });
}

export async function labelHost(deps: HttpDeps, call: Call<{ labels: Record<string, string> }>): Promise<HostView> {
  showHost(deps, call);
  await deps.inventory.label(call.params['name'] ?? '', call.body.labels, call.actor.name);
  return showHost(deps, call);
}

export async function removeHost(deps: HttpDeps, call: Call): Promise<void> {
  showHost(deps, call);
  await deps.inventory.remove(call.params['name'] ?? '', call.actor.name);
}

export function showStatus(deps: HttpDeps): StatusView {
  const { stores, version, startedAtMs } = deps;
  const backedUpAtMs = deps.lastBackup()?.atMs ?? null;
  const controller = { version, epoch: stores.meta.epoch(), startedAtMs, held: stores.meta.held(), backedUpAtMs };
  return viewStatus(controller, showFleet(deps), listHosts(deps), stores.overrides.all());
}

export const showDrift = (deps: HttpDeps) => findDrift(showStatus(deps));
