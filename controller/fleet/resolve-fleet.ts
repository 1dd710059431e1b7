import type { Finding } from '../../proto/fault.ts';
import type { HostSpec } from '../../proto/spec.ts';
import type { Override } from '../store/overrides.ts';
import type { Placement } from '../store/placements.ts';
import type { StoredRelease } from '../store/releases.ts';
import type { FolderFile } from '../store/revisions.ts';
import { checkNative } from './check-native.ts';
import { noteRollouts } from './check-policies.ts';
import { checkSecurity, clientsOf } from './check-security.ts';
import type { FleetDeps } from './deps.ts';
import { checkFlags } from './flags.ts';
import { buildInventory } from './inventory.ts';
import { type FleetLint, lintFleet } from './lint/lint-fleet.ts';
import { type Locks, lockOf, lockReleases, sourcesOf } from './lock-releases.ts';
import { noteNarrowed } from './note-narrowed.ts';
import { noteProbes } from './note-probes.ts';
import { noteSecurity, scrapedResources } from './note-security.ts';
import { noteUnits } from './note-units.ts';
import { sortFindings } from './place.ts';
import { type PlacedUnit, placeUnits } from './place-units.ts';
import { foldersOf, readFleet } from './read-fleet.ts';
import type { Rendered } from './render.ts';
import { renderUnits } from './render-units.ts';
import { mixedBuilds, type ReadyUnit, resolveSpecs } from './resolve.ts';
import type { Fleet, KnownSecret, Resource } from './resource.ts';
import { wantedSecurity } from './serving.ts';
import { noteSlos } from './slo/check-slos.ts';
import { readSwitches } from './stored-switches.ts';
import { type Switch, switchEndpoints } from './switches.ts';
import { unitParts } from './unit-parts.ts';

export interface Resolution {
  readonly fleet: Fleet;
  /** By host, every host of the inventory. */
  readonly specs: ReadonlyMap<string, Pick<HostSpec, 'units'>>;
  readonly units: readonly PlacedUnit[];
  readonly placements: readonly Placement[];
  /** Units that are on their way from one way of being reached to another. */
  readonly switches: readonly Switch[];
  readonly locks: Locks;
  readonly fresh: readonly StoredRelease[];
  /** Not empty: nothing of this may be used. */
  readonly findings: readonly Finding[];
  readonly notes: readonly Finding[];
}

export interface ResolveOptions {
  /** The folder that is being applied: its files are named as its owner knows them, others' with their folder. */
  readonly applying: string | undefined;
  readonly locks: Locks;
  readonly overrides: readonly Override[];
  /** The inventory changed, not the fleet: nothing is asked of the programs, and hosts that are gone are no mistake. */
  readonly lenient: boolean;
  /** A secret whose value is new: the programs that read it are asked of it. */
  readonly check?: string;
  /** Switches, by `unit@host`, that go on to their next step. */
  readonly advancing?: ReadonlySet<string>;
}

/** Folders + inventory + recorded placement + locks → what every host should be. Changes nothing but the library. */
export async function resolveFleet(
  deps: FleetDeps,
  files: readonly FolderFile[],
  options: ResolveOptions,
): Promise<Resolution> {
  const known = deps.secrets.known();
  const { fleet: read, findings: unread } = readFleet(
    foldersOf(files, (folder, of) => (folder === options.applying || of === 1 ? '' : `${folder}: `)),
  );
  const fleet = { ...read, secrets: options.lenient ? asReadable(known) : known };
  const inventory = buildInventory(fleet, deps.stores.hosts.all());
  const placed = placeUnits(fleet, inventory, deps.stores.placements.all(), options.lenient);
  const present = specsOf(deps);
  const scraped = scrapedResources(fleet);
  const switching = switchEndpoints(placed.units, {
    specs: present,
    switches: readSwitches(deps.stores.meta),
    advancing: options.advancing ?? new Set(),
    wanted: (unit) => wantedSecurity(fleet, unit),
    isScraped: (unit) => scraped.has(unit.resource),
  });
  const reached = switching.units.map((unit) => ({ ...unit, clients: clientsOf(fleet, unit) }));
  const rendered = renderUnits(fleet, reached);
  const flags = unitParts(fleet).flatMap((part) => [...checkFlags(part), ...checkSecurity(fleet, part)]);
  const locked = await lockReleases(deps.library, fleet, reached, options.locks);
  const units = reached.flatMap((unit): ReadyUnit[] => {
    const release = lockOf(locked.locks, unit);
    return release ? [{ placed: unit, release, rendered: rendered.get(unit) }] : [];
  });
  const unreachable = [...inventory.unreachable.values()];
  const specs = resolveSpecs(inventory, units, options.overrides);
  const pure = [
    ...unread,
    // A host that comes, or whose addresses change, must not keep the others from what is new for them.
    ...(options.lenient ? [] : unreachable),
    ...placed.findings,
    ...[...rendered.values()].flatMap((one) => one.findings),
    ...flags,
    ...locked.findings,
    ...mixedBuilds(units),
  ];
  // Nothing that is only told is worth the time of a change of the inventory.
  const linted = options.lenient ? undefined : lintFleet(fleet, rendered, reached);
  const checkable = units.filter((unit) => isSound(unit) && isAsked(unit, known, options));
  const native = await checkNative(deps, checkable, sourcesOf(fleet));
  const told = linted ? untold(linted, checkable, native.unasked) : [];
  return {
    fleet,
    specs,
    units: placed.units,
    placements: placed.placements,
    switches: switching.switches,
    locks: locked.locks,
    fresh: locked.fresh,
    findings: sortFindings([...pure, ...told, ...(linted?.errors ?? []), ...native.findings]),
    notes: sortFindings([
      ...inventory.notes,
      ...(options.lenient ? unreachable : []),
      ...noteNarrowed(units, specs),
      ...placed.notes,
      ...noteUnits(placed.units),
      ...noteProbes(fleet),
      ...(options.lenient ? [] : noteUnused(known, rendered.values())),
      ...noteSlos(fleet),
      ...noteRollouts(fleet),
      ...noteSecurity(fleet, reached, switching.switches, present),
      ...[...rendered.values()].flatMap((one) => one.notes),
      ...native.notes,
      ...(linted?.notes ?? []),
    ]),
  };
}

/** Where promtool was asked it has the word: it is of the version meant, and says every fault of syntax itself. */
function untold({ syntax }: FleetLint, asked: readonly ReadyUnit[], unasked: ReadonlySet<Resource>): Finding[] {
  const heard = new Set<Resource>(
    asked.map(({ placed }) => placed.resource).filter((resource) => !unasked.has(resource)),
  );
  return syntax.filter(({ resource }) => !heard.has(resource)).map(({ finding }) => finding);
}

const specsOf = ({ stores }: FleetDeps) =>
  new Map([...stores.specs.all()].map(([host, { spec }]): [string, HostSpec] => [host, spec]));

/** A unit whose own files and flags are known to be wrong is not asked about: its programs would only say it again. */
const isSound = ({ placed, rendered }: ReadyUnit): boolean =>
  (rendered?.findings.length ?? 0) === 0 && checkFlags(placed).length === 0;

/** Of a change that no operator makes, that a key is missing must not keep others from what is new for them. */
const asReadable = (known: ReadonlyMap<string, KnownSecret>): ReadonlyMap<string, KnownSecret> =>
  new Map([...known].map(([name, secret]) => [name, { ...secret, isReadable: true }]));

function isAsked({ rendered }: ReadyUnit, known: ReadonlyMap<string, KnownSecret>, options: ResolveOptions): boolean {
  if (!options.lenient) return true;
  const secrets = rendered?.secrets ?? [];
  return secrets.some(({ name }) => name === options.check) && secrets.every(({ name }) => known.get(name)?.isReadable);
}

function noteUnused(known: ReadonlyMap<string, KnownSecret>, rendered: Iterable<Rendered>): Finding[] {
  const used = new Set([...rendered].flatMap(({ secrets }) => secrets.map(({ name }) => name)));
  return [...known.keys()]
    .filter((name) => !used.has(name))
    .map((name) => ({
      message: `no unit uses the secret \`${name}\``,
      hint: `if nothing will: promfleet secret remove ${name}`,
    }));
}
