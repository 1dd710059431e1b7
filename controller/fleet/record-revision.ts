import { specDigest } from '../../proto/digest.ts';
import { type Revision, showRevision } from '../../proto/revision.ts';
import type { HostSpec } from '../../proto/spec.ts';
import type { FleetEvent } from '../events/event.ts';
import type { Written } from '../store/meta.ts';
import type { FolderFile, RevisionCause } from '../store/revisions.ts';
import { type Basis, basisOf, checkBasis } from './basis.ts';
import type { FleetDeps } from './deps.ts';
import type { Locks } from './lock-releases.ts';
import { type Fleet, ofKind } from './resource.ts';
import { writeSwitches } from './stored-switches.ts';
import type { Switch } from './switches.ts';

/** A change of what is wanted, worked out in full. */
export interface Change {
  readonly basis: Basis;
  readonly cause: RevisionCause;
  readonly actor: string;
  readonly note: string;
  readonly files: readonly FolderFile[];
  readonly locks: Locks;
  /** Of an undo: the revision that it goes back to. */
  readonly restored?: Revision;
  /** Every host that there is. */
  readonly specs: ReadonlyMap<string, Pick<HostSpec, 'units'>>;
  readonly message: string;
  /** Undefined: its documents are those of the revision before. */
  readonly fleet: Fleet | undefined;
  /** Undefined: they are those of the revision before. */
  readonly switches?: readonly Switch[];
  /** What else belongs into the same transaction. */
  also(record: (event: FleetEvent) => void): void;
}

/** One transaction: revision, changed specs, event. Then the hosts concerned are woken, and not before. */
export function recordRevision(deps: FleetDeps, change: Change): Revision {
  const { stores } = deps;
  const { revision, wake } = deps.commit((record) => {
    checkBasis(change.basis, basisOf(stores));
    const newest = change.basis.revision;
    const revision = nextRevision(newest, stores.meta.epoch());
    const createdAtMs = deps.now();
    const { actor, cause, note, locks, restored } = change;
    if (change.fleet) stores.meta.setWritten(writtenIn(change.fleet));
    if (change.switches) writeSwitches(stores.meta, change.switches);
    change.also(record);
    const overrides = stores.overrides.all();
    stores.revisions.insert({ revision, createdAtMs, actor, cause, note, locks, overrides, restored }, change.files);
    const wake = putSpecs(deps, change.specs, revision, revision.epoch !== newest.epoch);
    stores.meta.endHold();
    record({
      at: createdAtMs,
      kind: 'FleetChanged',
      host: '',
      unit: '',
      message: `revision ${showRevision(revision)}: ${change.message}`,
    });
    return { revision, wake };
  });
  deps.wakeHosts(wake);
  return revision;
}

const writtenIn = (fleet: Fleet): Written => ({
  fleet: ofKind(fleet, 'Fleet')[0]?.name ?? '',
  labels: Object.fromEntries(ofKind(fleet, 'Host').map(({ name, settings }) => [name, settings.labels ?? {}])),
});

const nextRevision = (newest: Revision, epoch: number): Revision =>
  epoch > newest.epoch ? { epoch, number: 1 } : { epoch: newest.epoch, number: newest.number + 1 };

/** Only what differs gets a new spec; after a new epoch began everything does, for hosts know revisions that are lost. */
function putSpecs(
  { stores }: FleetDeps,
  specs: ReadonlyMap<string, Pick<HostSpec, 'units'>>,
  revision: Revision,
  all: boolean,
): string[] {
  const old = stores.specs.all();
  const changed = [...specs].filter(([host, spec]) => all || old.get(host)?.digest !== specDigest(spec));
  for (const [host, { units }] of changed) stores.specs.put(host, { revision, units });
  for (const host of old.keys()) if (!specs.has(host)) stores.specs.remove(host);
  return changed.map(([host]) => host);
}
