import { specDigest } from '../../proto/digest.ts';
import { summary } from './apply.ts';
import { basisOf, untilRecorded } from './basis.ts';
import type { FleetDeps } from './deps.ts';
import { planOf, refuse } from './preview.ts';
import { recordRevision } from './record-revision.ts';
import { resolveFleet } from './resolve-fleet.ts';

/**
 * The inventory changed: what was applied last is resolved again for the hosts that there are now. Never moves a version.
 * @returns whether some host's spec changed, and so a revision was made
 * @throws Fault `invalid` when the fleet can't be had on these hosts (two units on one port of a new host): nothing changed
 */
export function refreshFleet(deps: FleetDeps, note: string): Promise<boolean> {
  return untilRecorded(() => refreshOnce(deps, note));
}

async function refreshOnce(deps: FleetDeps, note: string): Promise<boolean> {
  const { stores } = deps;
  const newest = stores.revisions.latest();
  if (!newest || stores.meta.held()) return false;
  const basis = basisOf(stores);
  const files = stores.revisions.files(newest.revision);
  const resolved = await resolveFleet(deps, files, {
    applying: undefined,
    locks: newest.locks,
    overrides: stores.overrides.all(),
    lenient: true,
  });
  refuse(resolved.findings, 'refresh');
  const old = stores.specs.all();
  const changed = [...resolved.specs].some(([host, spec]) => old.get(host)?.digest !== specDigest(spec));
  const gone = [...old.keys()].some((host) => !resolved.specs.has(host));
  if (!changed && !gone) return false;
  const plan = planOf(deps, newest, resolved);
  recordRevision(deps, {
    basis,
    cause: 'inventory',
    actor: 'promfleet',
    note,
    files,
    locks: resolved.locks,
    specs: resolved.specs,
    fleet: resolved.fleet,
    message: `${note}: ${summary(plan)}`,
    also: () => stores.placements.replace(resolved.placements),
  });
  return true;
}
