import { digestOf } from '../../proto/digest.ts';
import { Fault } from '../../proto/fault.ts';
import { compareRevisions, type Revision, showRevision } from '../../proto/revision.ts';
import type { Override } from '../store/overrides.ts';
import type { FolderFile, StoredRevision } from '../store/revisions.ts';
import { type Applied, summary } from './apply.ts';
import { type Basis, basisOf, untilRecorded } from './basis.ts';
import { checkBase } from './brakes.ts';
import type { Plan } from './compare.ts';
import type { FleetDeps } from './deps.ts';
import { ofHostsAhead } from './hosts-ahead.ts';
import { planOf, refuse } from './preview.ts';
import { recordRevision } from './record-revision.ts';
import { type Resolution, resolveFleet } from './resolve-fleet.ts';

const FAR_ENOUGH = 1_000;

export interface UndoPreview {
  readonly plan: Plan;
  /** The revision that is gone back to. */
  readonly target: StoredRevision;
  /** The folders become others than they are now: what an operator has on disk is newer. */
  readonly filesChange: boolean;
}

interface Undo extends UndoPreview {
  readonly files: readonly FolderFile[];
  readonly resolved: Resolution;
  readonly overrides: readonly Override[];
  readonly basis: Basis;
}

/**
 * The files, versions and stops of an older revision, on the hosts that there are now. With no revision named: what was
 * before the newest change of an operator, be it an apply, a stop or a start; after an undo, one step further back.
 */
export async function previewUndo(deps: FleetDeps, to: Revision | undefined): Promise<UndoPreview> {
  const undo = await workOut(deps, to);
  return { ...undo, plan: ofHostsAhead(deps, undo.plan) };
}

/** What `previewUndo` shows, as a new revision; `base` is the newest one that it was looked at against. */
export function undoFleet(deps: FleetDeps, to: Revision | undefined, actor: string, base?: Revision): Promise<Applied> {
  const work = () => undoOnce(deps, to, actor, base);
  // Without a base, doing it again after someone's change would take back that change.
  return base ? untilRecorded(work) : work();
}

async function undoOnce(
  deps: FleetDeps,
  to: Revision | undefined,
  actor: string,
  base: Revision | undefined,
): Promise<Applied> {
  const { stores } = deps;
  checkBase(base, stores.revisions.latest()?.revision, 'undo');
  const { plan, target, files, resolved, overrides, basis } = await workOut(deps, to);
  const shown = showRevision(target.revision);
  const revision = recordRevision(deps, {
    basis,
    cause: 'undo',
    actor,
    note: `back to revision ${shown}`,
    files,
    locks: resolved.locks,
    restored: target.revision,
    specs: resolved.specs,
    fleet: resolved.fleet,
    switches: resolved.switches,
    message: `back to revision ${shown} by ${actor}: ${summary(plan)}`,
    also() {
      stores.placements.replace(resolved.placements);
      stores.overrides.clear();
      for (const one of overrides) stores.overrides.put(one);
    },
  });
  return { revision, plan };
}

async function workOut(deps: FleetDeps, to: Revision | undefined): Promise<Undo> {
  const { stores } = deps;
  const newest = stores.revisions.latest();
  if (!newest) throw new Fault('not_found', 'cannot undo: nothing was ever applied');
  const target = to ? named(deps, to) : beforeLastChange(deps);
  const basis = basisOf(stores);
  const files = stores.revisions.files(target.revision);
  const wanted = target.overrides ?? stores.overrides.all();
  const resolved = await resolveFleet(deps, files, {
    applying: undefined,
    locks: target.locks,
    overrides: wanted,
    lenient: true,
  });
  refuse(resolved.findings, `go back to revision ${showRevision(target.revision)} of`);
  const overrides = wanted.filter((one) =>
    resolved.specs.get(one.host)?.units.some((unit) => unit.name === one.unit && unit.stopped),
  );
  const filesChange =
    stores.revisions.contentDigest(target.revision) !== stores.revisions.contentDigest(newest.revision);
  return { plan: planOf(deps, newest, resolved), target, filesChange, files, resolved, overrides, basis };
}

function named({ stores }: FleetDeps, revision: Revision): StoredRevision {
  const found = stores.revisions.find(revision);
  if (found) return found;
  throw new Fault('not_found', `cannot undo: there is no revision ${showRevision(revision)}`, {
    hint: 'run "promfleet history" to see those that there are',
  });
}

/** Steps from change to change, older each time, until what was wanted then differs from what is wanted now. */
function beforeLastChange(deps: FleetDeps): StoredRevision {
  const all = deps.stores.revisions.list(FAR_ENOUGH);
  const now = all[0] && contentOf(deps, all[0]);
  let at = changeAt(all, 0);
  while (at >= 0) {
    const before = all[at + 1];
    if (!before) break;
    if (contentOf(deps, before) !== now) return before;
    at = changeAt(all, at + 1);
  }
  throw new Fault('not_found', 'cannot undo: there is no older change to go back to', {
    hint: 'run "promfleet history" to see all of them, and "promfleet undo --to REVISION" for one of them',
  });
}

/** Which change made what was wanted at `at`: hosts that come and go are none, and an undo stands for what it restored. */
function changeAt(all: readonly StoredRevision[], at: number): number {
  const found = all.findIndex((one, index) => index >= at && one.cause !== 'inventory');
  const restored = all[found]?.restored;
  if (!restored) return found;
  const older = all.findIndex((one) => compareRevisions(one.revision, restored) === 0);
  return older > found ? changeAt(all, older) : found;
}

const contentOf = ({ stores }: FleetDeps, { revision, locks, overrides = [] }: StoredRevision): string =>
  digestOf([
    stores.revisions.contentDigest(revision),
    Object.fromEntries(Object.entries(locks).map(([key, release]) => [key, release.sha256])),
    overrides.map(({ host, unit }) => `${unit}@${host}`),
  ]);
