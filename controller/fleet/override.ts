import { Fault } from '../../proto/fault.ts';
import type { Revision } from '../../proto/revision.ts';
import { basisOf } from './basis.ts';
import type { FleetDeps } from './deps.ts';
import { recordRevision } from './record-revision.ts';

/** `stop` and `start`: kept until the opposite is said or an apply discards it, whatever restarts meanwhile. */
export function setStopped(
  deps: FleetDeps,
  hosts: readonly string[],
  unit: string,
  stopped: boolean,
  actor: string,
): { revision: Revision } {
  const { stores } = deps;
  const newest = stores.revisions.latest();
  const specs = new Map([...stores.specs.all()].map(([host, stored]) => [host, stored.spec]));
  const verb = stopped ? 'stop' : 'start';
  const without = hosts.filter((host) => !specs.get(host)?.units.some((one) => one.name === unit));
  if (!newest || without.length > 0 || hosts.length === 0) {
    throw new Fault('not_found', `cannot ${verb} ${unit}: it is not on ${without.join(', ') || 'any host'}`, {
      hint: 'run "promfleet status" to see which unit is where',
    });
  }
  if (stores.meta.held()) {
    throw new Fault('conflict', `cannot ${verb} ${unit}: this controller was restored, and nothing was applied since`, {
      hint: 'run "promfleet plan", then "promfleet apply"',
    });
  }
  const changed = hosts.filter((host) =>
    specs.get(host)?.units.some((one) => one.name === unit && one.stopped !== stopped),
  );
  if (changed.length === 0) return { revision: newest.revision };
  for (const host of changed) {
    const spec = specs.get(host);
    if (!spec) continue;
    const units = spec.units.map((one) => (one.name === unit ? { ...one, stopped } : one));
    specs.set(host, { ...spec, units });
  }
  const note = `${unit} ${stopped ? 'stopped' : 'started'} on ${changed.join(', ')}`;
  const revision = recordRevision(deps, {
    basis: basisOf(stores),
    cause: 'override',
    actor,
    note,
    files: stores.revisions.files(newest.revision),
    locks: newest.locks,
    specs,
    fleet: undefined,
    message: `${note} by ${actor}`,
    also() {
      for (const host of changed) {
        if (stopped) stores.overrides.put({ host, unit, stopped, actor, createdAtMs: deps.now() });
        else stores.overrides.remove(host, unit);
      }
    },
  });
  return { revision };
}
