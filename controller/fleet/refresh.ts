import { specDigest } from '../../proto/digest.ts';
import type { FleetEvent } from '../events/event.ts';
import { type Applied, summary } from './apply.ts';
import { basisOf, checkBasis, untilRecorded } from './basis.ts';
import type { FleetDeps } from './deps.ts';
import { planOf, refuse } from './preview.ts';
import { recordRevision } from './record-revision.ts';
import { resolveFleet } from './resolve-fleet.ts';
import { readSwitches } from './stored-switches.ts';

export interface Refresh {
  readonly actor: string;
  readonly note: string;
  /** A secret whose value is new. */
  readonly check?: string;
  /** Switches of endpoints, by `unit@host`, that go on to their next step. */
  readonly advancing?: ReadonlySet<string>;
  /** What belongs into the same transaction, also when no host's spec changes with it. */
  readonly also?: (record: (event: FleetEvent) => void) => void;
}

/**
 * The inventory changed: what was applied last is resolved again for the hosts that there are now. Never moves a version.
 * @returns whether some host's spec changed, and so a revision was made
 * @throws Fault `invalid` when the fleet can't be had on these hosts (two units on one port of a new host): nothing changed
 */
export const refreshFleet = async (deps: FleetDeps, note: string): Promise<boolean> =>
  (await refreshWith(deps, { actor: 'promfleet', note })) !== undefined;

/** The same for any change that is none of the folder. Undefined: no host's spec changed. */
export const refreshWith = (deps: FleetDeps, refresh: Refresh): Promise<Applied | undefined> =>
  untilRecorded(() => refreshOnce(deps, refresh));

async function refreshOnce(deps: FleetDeps, refresh: Refresh): Promise<Applied | undefined> {
  const { stores, commit } = deps;
  const { actor, note, check, advancing, also } = refresh;
  const newest = stores.revisions.latest();
  const basis = basisOf(stores);
  const alone = (): undefined => {
    if (!also) return;
    commit((record) => {
      checkBasis(basis, basisOf(stores));
      also(record);
    });
  };
  if (!newest || stores.meta.held()) return alone();
  const files = stores.revisions.files(newest.revision);
  const resolved = await resolveFleet(deps, files, {
    applying: undefined,
    locks: newest.locks,
    overrides: stores.overrides.all(),
    lenient: true,
    ...(check === undefined ? {} : { check }),
    ...(advancing === undefined ? {} : { advancing }),
  });
  refuse(resolved.findings, check === undefined ? 'refresh' : `use the new value of the secret ${check} in`);
  const old = stores.specs.all();
  const changed = [...resolved.specs].some(([host, spec]) => old.get(host)?.digest !== specDigest(spec));
  const gone = [...old.keys()].some((host) => !resolved.specs.has(host));
  const moves = JSON.stringify(resolved.switches) !== JSON.stringify(readSwitches(stores.meta));
  if (!changed && !gone && !moves) return alone();
  const plan = planOf(deps, newest, resolved);
  const revision = recordRevision(deps, {
    basis,
    cause: 'inventory',
    actor,
    note,
    files,
    locks: resolved.locks,
    specs: resolved.specs,
    fleet: resolved.fleet,
    switches: resolved.switches,
    message: `${note}: ${summary(plan)}`,
    also(record) {
      stores.placements.replace(resolved.placements);
      also?.(record);
    },
  });
  return { revision, plan };
}
