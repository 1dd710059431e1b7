import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Fault } from '../proto/fault.ts';
import type { Stop } from '../proto/spec.ts';
import type { SupervisorKind } from './config.ts';
import { removeConfig } from './install/config-set.ts';
import type { Layout } from './install/layout.ts';
import { unlinkPrograms } from './install/program-links.ts';
import { lockIdPath, lockState } from './lock.ts';
import type { Log } from './log.ts';
import { LossWatch } from './reconcile/loss-watch.ts';
import { type StoppingHost, stopUnit } from './reconcile/stop-unit.ts';
import { IdentityFile } from './state/identity-file.ts';
import { UnitRecords } from './state/unit-records.ts';
import { openSupervisor } from './supervise/open-supervisor.ts';
import { removeUsersMade } from './supervise/system-user.ts';
import { SystemdUnitFiles } from './supervise/systemd-unit-file.ts';

export interface UninstallOptions {
  readonly layout: Layout;
  readonly supervisor: SupervisorKind;
  readonly keepData: boolean;
  /** Installed again, this host is the one that its controller knows. */
  readonly keepIdentity: boolean;
  readonly now: () => number;
  readonly log: Log;
}

/** A unit that was started by an agent too old to have noted how it stops. */
const GENTLY: Stop = { signal: 'SIGTERM', graceSeconds: 600, kill: false };

/**
 * Stops every unit and removes all that the agent owns on this host. The state goes last: what is cut short can be run again.
 * @throws Fault `not_found` when there was never an agent, `conflict` while the daemon runs, `unavailable` when a unit will not stop.
 */
export async function uninstall(options: UninstallOptions): Promise<void> {
  const { layout, keepData, keepIdentity } = options;
  requireAgent(layout);
  using lock = await lockState(layout.state);
  using supervisor = openSupervisor(options);
  const records = new UnitRecords(layout.state);
  records.load();
  await supervisor.recover();
  const units = new Set([...(await supervisor.observe()).keys(), ...records.names()]);
  using losses = new LossWatch(layout.state, { ...options, onChange: () => undefined });
  const host: StoppingHost = { ...options, supervisor, records, losses };
  // What is deleted in a moment need not be saved.
  const acceptLoss = !keepData;
  await Promise.all(
    [...units].map((unit) => stopUnit(host, unit, records.get(unit).launch?.stop ?? GENTLY, { acceptLoss })),
  );
  for (const unit of units) {
    await supervisor.forget(unit);
    unlinkPrograms(layout, unit);
    await removeConfig(`${layout.etc}/${unit}`, Object.keys(records.get(unit).live));
    if (!keepData) await rm(`${layout.var}/${unit}`, { recursive: true, force: true });
  }
  // What they own is gone; and who keeps data keeps its owners.
  if (supervisor.kind === 'systemd' && !keepData) await removeUsersMade(new SystemdUnitFiles().users());
  await rm(layout.releases, { recursive: true, force: true });
  await removeState(layout.state, keepIdentity);
  void lock;
}

/** A mistyped home must not be made one, nor lose what someone else calls `agent`. Without one, what a lost state left can be removed. */
function requireAgent({ state, home }: Layout): void {
  const traces = [lockIdPath(state), new IdentityFile(state).path, join(state, 'units')];
  if (home === undefined || traces.some((path) => existsSync(path))) return;
  throw new Fault('not_found', `cannot uninstall: there is no agent in ${home}`, {
    hint: 'nothing was touched; --home takes the directory that "promfleet-agent run --home" was given',
  });
}

async function removeState(state: string, keepIdentity: boolean): Promise<void> {
  if (!keepIdentity) return rm(state, { recursive: true, force: true });
  const identity = basename(new IdentityFile(state).path);
  for (const name of await readdir(state)) {
    if (name !== identity) await rm(join(state, name), { recursive: true, force: true });
  }
}
