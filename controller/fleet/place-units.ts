import type { Finding } from '../../proto/fault.ts';
import { didYouMean } from '../../proto/nearest.ts';
import type { Placement } from '../store/placements.ts';
import type { Inventory, InventoryHost } from './inventory.ts';
import { finding, showPlace } from './place.ts';
import { type Fleet, otherFolder } from './resource.ts';
import { matchHosts, placeReplicas, type Replica } from './select-hosts.ts';
import { placeOf, treeOf, type UnitKind, type UnitPart, unitParts } from './unit-parts.ts';

/** A unit, on its host, before it has a release and files. */
export interface PlacedUnit<K extends UnitKind = UnitKind> extends UnitPart<K> {
  readonly host: InventoryHost;
  readonly unit: string;
  readonly port: number;
  readonly ordinal: number | undefined;
}

export interface Placed {
  readonly units: readonly PlacedUnit[];
  readonly placements: readonly Placement[];
  readonly findings: readonly Finding[];
  readonly notes: readonly Finding[];
}

/**
 * Where everything runs: a pure function of fleet, inventory and recorded placement. `lenient` is for a change of the
 * inventory: a host that is gone is then no mistake of whoever wrote the fleet.
 */
export function placeUnits(
  fleet: Fleet,
  inventory: Inventory,
  recorded: readonly Placement[],
  lenient: boolean,
): Placed {
  const placed = unitParts(fleet).map((part) => placePart(part, inventory, recorded, lenient));
  const units = placed.flatMap((one) => one.units);
  return {
    units,
    placements: placed.flatMap((one) => one.placements),
    findings: [...placed.flatMap((one) => one.findings), ...clashes(units)],
    notes: placed.flatMap((one) => one.notes),
  };
}

function placePart(part: UnitPart, inventory: Inventory, recorded: readonly Placement[], lenient: boolean): Placed {
  const { resource, component, settings } = part;
  const matching = matchHosts(settings.hosts ?? 'all', inventory.hosts);
  const count = settings.replicas ?? (resource.kind === 'Exporter' ? undefined : 1);
  const own = recorded.filter((one) => one.kind === resource.kind && one.name === resource.name);
  const chosen: readonly (Partial<Replica> & { host: string })[] =
    count === undefined
      ? matching.map((host) => ({ host: host.name }))
      : placeReplicas(count, settings.spread_by, matching, own);
  const byName = new Map(matching.map((host) => [host.name, host]));
  const units = chosen.map(({ host, ordinal }) => ({
    ...part,
    host: byName.get(host) as InventoryHost,
    unit: settings.unit ?? component.name,
    port: settings.port ?? component.port,
    ordinal,
  }));
  const unknown = unknownHosts(part, inventory);
  // A host that is misspelt is not missing as well.
  const few = unknown.length > 0 ? [] : tooFew(part, chosen.length, count);
  const problems = [...few, ...unknown];
  return {
    units,
    placements: chosen.flatMap(({ host, ordinal }) =>
      ordinal === undefined ? [] : [{ kind: resource.kind, name: resource.name, host, ordinal }],
    ),
    findings: lenient ? [] : problems,
    notes: [...(lenient ? problems : []), ...(matching.length === 0 && problems.length === 0 ? nowhere(part) : [])],
  };
}

function tooFew(part: UnitPart, found: number, count: number | undefined): Finding[] {
  if (count === undefined || found >= count) return [];
  const place = placeOf(part, treeOf(part, 'replicas') ? 'replicas' : 'hosts');
  const hosts = found === 1 ? '1 host matches' : `${found} hosts match`;
  const wanted = count === 1 ? '1 host' : `${count} hosts`;
  return [finding(place, `${part.title} needs ${wanted} and ${hosts}`, 'enrol or label more hosts, or widen `hosts:`')];
}

function nowhere(part: UnitPart): Finding[] {
  return [finding(placeOf(part, 'hosts'), `${part.title} matches no host yet: it runs nowhere`)];
}

function unknownHosts(part: UnitPart, inventory: Inventory): Finding[] {
  const { hosts } = part.settings;
  if (!Array.isArray(hosts)) return [];
  const known = [...inventory.hosts.map((host) => host.name), ...inventory.expected];
  return hosts.flatMap((host, index) =>
    known.includes(host)
      ? []
      : [
          finding(
            placeOf(part, 'hosts', index),
            `there is no host \`${host}\``,
            didYouMean(host, known) ?? 'enrol it first, or write it down as `kind: Host`',
          ),
        ],
  );
}

/** One host has each port and each unit name once. */
function clashes(units: readonly PlacedUnit[]): Finding[] {
  const seen = new Map<string, PlacedUnit>();
  const told = new Set<string>();
  const findings: Finding[] = [];
  for (const unit of units) {
    for (const what of ['unit', 'port'] as const) {
      const key = `${unit.host.name} ${what} ${unit[what]}`;
      const first = seen.get(key);
      if (!first) {
        seen.set(key, unit);
        continue;
      }
      const pair = `${first.title} ${unit.title}`;
      if (!told.has(pair)) findings.push(clash(what, first, unit));
      told.add(pair);
    }
  }
  return findings;
}

function clash(what: 'unit' | 'port', first: PlacedUnit, second: PlacedUnit): Finding {
  const [one, other] = [first.title, second.title];
  const where = showPlace(placeOf(first, treeOf(first, what) ? what : 'name'));
  const place = placeOf(second, treeOf(second, what) ? what : 'name');
  const isOther = first.resource.folder !== second.resource.folder;
  const apart = isOther ? `; ${otherFolder(first.resource.folder)}` : '';
  return what === 'port'
    ? finding(
        place,
        `${other} and ${one} (${where}) both take port ${second.port} on host ${second.host.name}`,
        `give one of them another \`port:\`${apart}`,
      )
    : finding(
        place,
        `${other} and ${one} (${where}) are both the unit ${second.unit} on host ${second.host.name}`,
        `give one of them a \`unit:\` and a \`port:\` of its own${apart}`,
      );
}
