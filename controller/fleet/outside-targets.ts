import { digestOf } from '../../proto/digest.ts';
import { Fault } from '../../proto/fault.ts';
import { didYouMean } from '../../proto/nearest.ts';
import type { Stores } from '../store/stores.ts';
import { type Basis, basisOf } from './basis.ts';
import { buildInventory } from './inventory.ts';
import { type PlacedUnit, placeUnits } from './place-units.ts';
import { addressFromOutside } from './reach.ts';
import { foldersOf, readFleet } from './read-fleet.ts';
import { labelsOf, schemeLabel } from './render-jobs.ts';
import { type Fleet, ofKind, titleOf } from './resource.ts';
import { ENTRY_KEYS, entryKeysIn } from './scrape-entry.ts';
import { asInstance, servingOf, settled, wantedSecurity } from './serving.ts';
import { readSwitches } from './stored-switches.ts';
import { keyOf, servingAt } from './switches.ts';
import { type Target, writeTargets } from './target-file.ts';
import { child, items, textOf } from './tree.ts';

/** What someone wants the targets of: an Exporter, or a job of a Prometheus of the fleet. */
export type TargetsAsked = { readonly exporter: string } | { readonly job: string };

type TargetStores = Parameters<typeof basisOf>[0] & Pick<Stores, 'placements' | 'meta'>;

/**
 * Targets for Prometheis that promfleet does not manage, as its own jobs have them, seen from elsewhere. An empty list would take everything
 * away from whoever asks: it is given only when it is certain that nothing runs anywhere.
 */
export class OutsideTargets {
  readonly #stores: TargetStores;
  #worked: { readonly basis: Basis; readonly fleet: Fleet; readonly units: readonly PlacedUnit[] } | undefined;

  constructor(stores: TargetStores) {
    this.#stores = stores;
  }

  /** As file_sd and http_sd take it. @throws Fault `not_found` when there is no such thing, `unavailable` when what runs where is not certain */
  find(asked: TargetsAsked): Uint8Array {
    const { fleet, units } = this.#work();
    const title = titleAsked(fleet, asked);
    const own = units.filter((unit) => titleOf(unit.resource) === title);
    const switches = new Map(readSwitches(this.#stores.meta).map((one) => [keyOf(one), one]));
    const targets = own.flatMap((unit): Target[] => {
      const present = switches.get(keyOf({ host: unit.host.name, unit: unit.unit }));
      return targetsOf({ ...unit, serving: present ? servingAt(present) : settled(wantedSecurity(fleet, unit)) });
    });
    if (targets.length === 0 && own.length > 0) {
      throw new Fault(
        'unavailable',
        `cannot tell the targets of ${title}: none of its ${own.length} can be reached from elsewhere`,
        {
          hint: 'write `listen: 0.0.0.0`, and addresses that others reach',
        },
      );
    }
    return writeTargets(targets);
  }

  /** Anew only when the fleet or its hosts have changed. */
  #work(): { readonly fleet: Fleet; readonly units: readonly PlacedUnit[] } {
    const { revisions, hosts, placements, meta } = this.#stores;
    const newest = revisions.latest();
    if (!newest) throw unsure('nothing was applied yet', 'run "promfleet apply -f DIR"');
    if (meta.held()) {
      throw unsure(
        'this controller was restored, and nothing was applied since',
        'run "promfleet plan", then "promfleet apply"',
      );
    }
    const basis = basisOf(this.#stores);
    const known = this.#worked;
    if (known && digestOf(known.basis) === digestOf(basis)) return known;
    const { fleet, findings } = readFleet(foldersOf(revisions.files(newest.revision), () => ''));
    if (findings.length > 0) {
      throw unsure('this version of promfleet finds fault with what was applied', 'run "promfleet plan" to see it');
    }
    const units = placeUnits(fleet, buildInventory(fleet, hosts.all()), placements.all(), true).units;
    this.#worked = { basis, fleet, units };
    return this.#worked;
  }
}

/** One, or two for as long as it changes how it is reached. */
function targetsOf(unit: PlacedUnit): Target[] {
  const path = unit.component.metricsPath(unit.settings.flags ?? {});
  const where = path === '/metrics' ? {} : { __metrics_path__: path };
  return servingOf(unit).scraped.flatMap((instance) => {
    const address = addressFromOutside(asInstance(unit, instance));
    const labels = { ...labelsOf(unit), ...where, ...schemeLabel(unit, instance) };
    return address === undefined ? [] : [{ address, labels }];
  });
}

const unsure = (why: string, hint: string): Fault =>
  new Fault('unavailable', `cannot tell any targets: ${why}`, { hint });

/** `Exporter node`. */
function titleAsked(fleet: Fleet, asked: TargetsAsked): string {
  const known = 'exporter' in asked ? exporters(fleet) : jobs(fleet);
  const [what, name] = 'exporter' in asked ? ['Exporter', asked.exporter] : ['job', asked.job];
  const found = known.get(name);
  if (found !== undefined) return found;
  const names = [...known.keys()];
  throw new Fault('not_found', `cannot tell the targets of the ${what} ${name}: the fleet has none of that name`, {
    hint: didYouMean(name, names) ?? (names.length > 0 ? `it has ${names.join(', ')}` : 'it has none at all'),
  });
}

const exporters = (fleet: Fleet): Map<string, string> =>
  new Map(ofKind(fleet, 'Exporter').map((one) => [one.name, titleOf(one)]));

/** Jobs whose targets are units of the fleet, by name. */
function jobs(fleet: Fleet): Map<string, string> {
  const entries = ofKind(fleet, 'Prometheus').flatMap((one) => items(child(one.tree, 'scrape_configs')));
  return new Map(
    entries.flatMap((entry) => {
      const [key] = entry.kind === 'map' ? entryKeysIn(entry) : [];
      const name = key && textOf(child(entry, key));
      if (key === undefined || name === undefined || key === 'probe' || key === 'federate') return [];
      return [[textOf(child(entry, 'job_name')) ?? name, `${ENTRY_KEYS[key]} ${name}`] as const];
    }),
  );
}
