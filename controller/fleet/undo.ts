import { digestOf } from '../../proto/digest.ts';
import { Fault } from '../../proto/fault.ts';
import { type Revision, showRevision } from '../../proto/revision.ts';
import type { StoredRevision } from '../store/revisions.ts';
import { type Applied, summary } from './apply.ts';
import type { FleetDeps } from './deps.ts';
import { planOf, refuse } from './preview.ts';
import { recordRevision } from './record-revision.ts';
import { resolveFleet } from './resolve-fleet.ts';

const FAR_ENOUGH = 1_000;

/**
 * The files and locks of an older revision as a new one; on the hosts that there are now, and what operators stopped stays
 * stopped. With no revision named: back to the one before the last change of the files, so undoing an undo redoes.
 */
export async function undoFleet(deps: FleetDeps, to: Revision | undefined, actor: string): Promise<Applied> {
  const { stores } = deps;
  const newest = stores.revisions.latest();
  if (!newest) throw new Fault('not_found', 'cannot undo: nothing was ever applied');
  const target = to ? named(deps, to) : beforeLastChange(deps, newest);
  const files = stores.revisions.files(target.revision);
  const resolved = await resolveFleet(deps, files, {
    applying: undefined,
    locks: target.locks,
    overrides: stores.overrides.all(),
    lenient: true,
  });
  refuse(resolved.findings, `go back to revision ${showRevision(target.revision)} of`);
  const plan = planOf(deps, newest, resolved);
  const revision = recordRevision(deps, {
    base: newest.revision,
    cause: 'undo',
    actor,
    note: `back to revision ${showRevision(target.revision)}`,
    files,
    locks: resolved.locks,
    specs: resolved.specs,
    message: `back to revision ${showRevision(target.revision)} by ${actor}: ${summary(plan)}`,
    also: () => stores.placements.replace(resolved.placements),
  });
  return { revision, plan };
}

function named({ stores }: FleetDeps, revision: Revision): StoredRevision {
  const found = stores.revisions.find(revision);
  if (found) return found;
  throw new Fault('not_found', `cannot undo: there is no revision ${showRevision(revision)}`, {
    hint: 'run "promfleet history" to see those that there are',
  });
}

function beforeLastChange(deps: FleetDeps, newest: StoredRevision): StoredRevision {
  const now = contentOf(deps, newest);
  const found = deps.stores.revisions.list(FAR_ENOUGH).find((one) => contentOf(deps, one) !== now);
  if (found) return found;
  throw new Fault('not_found', 'cannot undo: no older revision differs from this one', {
    hint: 'run "promfleet history" to see those that there are',
  });
}

const contentOf = ({ stores }: FleetDeps, { revision, locks }: StoredRevision): string =>
  digestOf([
    stores.revisions.files(revision),
    Object.fromEntries(Object.entries(locks).map(([key, release]) => [key, release.sha256])),
  ]);
