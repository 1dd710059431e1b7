import type { Finding } from '../../proto/fault.ts';
import { didYouMean } from '../../proto/nearest.ts';
import type { Links } from '../catalogue/component.ts';
import type { Placement } from '../store/placements.ts';
import type { Inventory, InventoryHost } from './inventory.ts';
import { linkUnit, otherPortsOf } from './link-units.ts';
import { finding, showPlace } from './place.ts';
import { type Fleet, otherFolder } from './resource.ts';
import { matchHosts, placeReplicas, type Replica } from './select-hosts.ts';
import type { Serving } from './serving.ts';
import { placeOf, treeOf, type UnitKind, type UnitPart, unitParts } from './unit-parts.ts';

/** A unit, on its host, before it has a release and files. */
export interface PlacedUnit<K extends UnitKind = UnitKind> extends UnitPart<K> {
  readonly host: InventoryHost;
  readonly unit: string;
  readonly port: number;
  readonly ordinal: number | undefined;
  /** Those that it takes beside that, by the keys that move them. */
  readonly ports: Readonly<Record<string, number>>;
  readonly links: Links;
  /** How it is reached; absent: plainly. */
  readonly serving?: Serving;
  /** Certificates (PEM) of the outside clients that it accepts. */
  readonly clients?: readonly string[];
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
  const parts = unitParts(fleet);
  const placed = parts.filter(({ beside }) => !beside).map((part) => placePart(part, inventory, recorded, lenient));
  const besides = parts.flatMap((part) =>
    placeBeside(
      part,
      placed.flatMap((one) => one.units),
    ),
  );
  const alone = [...placed.flatMap((one) => one.units), ...besides];
  const linked = alone.map((unit) => linkUnit(fleet, unit, alone));
  const units = linked.map((one) => one.unit);
  return {
    units,
    placements: placed.flatMap((one) => one.placements),
    findings: [...placed.flatMap((one) => one.findings), ...clashes(units, fleet.applying)],
    notes: [...placed, ...linked].flatMap((one) => one.notes),
  };
}

function placePart(part: UnitPart, inventory: Inventory, recorded: readonly Placement[], lenient: boolean): Placed {
  const { resource, component, settings } = part;
  const matching = matchHosts(settings.hosts ?? 'all', inventory.hosts);
  const count = settings.replicas ?? (resource.kind === 'Exporter' ? undefined : 1);
  const own = recorded.filter((one) => one.kind === resource.kind && one.name === recordedAs(part));
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
    ports: otherPortsOf(part),
    links: {},
  }));
  const unknown = unknownHosts(part, inventory);
  // A host that is misspelt is not missing as well.
  const few = unknown.length > 0 ? [] : tooFew(part, chosen.length, count);
  const problems = [...few, ...unknown];
  return {
    units,
    placements: chosen.flatMap(({ host, ordinal }) =>
      ordinal === undefined ? [] : [{ kind: resource.kind, name: recordedAs(part), host, ordinal }],
    ),
    findings: lenient ? [] : problems,
    notes: [...(lenient ? problems : []), ...(matching.length === 0 && problems.length === 0 ? nowhere(part) : [])],
  };
}

/** The parts of one resource are chosen hosts for one by one. */
const recordedAs = ({ resource, path }: UnitPart): string => [resource.name, ...path].join(' ');

function placeBeside(part: UnitPart, units: readonly PlacedUnit[]): PlacedUnit[] {
  const { component, settings, beside } = part;
  if (!beside) return [];
  return units
    .filter(({ resource }) => resource === beside)
    .map(({ host, ordinal }) => ({
      ...part,
      host,
      unit: settings.unit ?? component.name,
      port: settings.port ?? component.port,
      ordinal,
      ports: otherPortsOf(part),
      links: {},
    }));
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

interface Claim {
  readonly unit: PlacedUnit;
  /** Of the same host nobody else may have it. */
  readonly what: string;
  readonly key: string;
  /** Of a port. */
  readonly number: number | undefined;
}

function claimsOf(unit: PlacedUnit): Claim[] {
  const others = (unit.component.otherPorts?.(unit.settings.replicas ?? 1) ?? []).flatMap(({ key, protocols }) =>
    protocols.map(
      (protocol): Claim => ({ unit, what: `${protocol} ${unit.ports[key]}`, key, number: unit.ports[key] }),
    ),
  );
  return [
    { unit, what: `unit ${unit.unit}`, key: 'unit', number: undefined },
    { unit, what: `tcp ${unit.port}`, key: 'port', number: unit.port },
    ...others,
  ];
}

/** One host has each port and each unit name once. */
function clashes(units: readonly PlacedUnit[], applying: string | undefined): Finding[] {
  const seen = new Map<string, Claim>();
  const told = new Set<string>();
  const findings: Finding[] = [];
  for (const unit of units) {
    for (const claim of claimsOf(unit)) {
      const first = seen.get(`${unit.host.name} ${claim.what}`);
      if (!first) {
        seen.set(`${unit.host.name} ${claim.what}`, claim);
        continue;
      }
      const pair = `${first.unit.title} ${unit.title}`;
      const isOurs = first.unit.resource.folder === applying && unit.resource.folder !== applying;
      if (!told.has(pair)) findings.push(isOurs ? clash(claim, first) : clash(first, claim));
      told.add(pair);
    }
  }
  return findings;
}

function clash(one: Claim, other: Claim): Finding {
  const [first, second] = [one.unit, other.unit];
  const where = showPlace(placeOf(first, treeOf(first, one.key) ? one.key : 'name'));
  const place = placeOf(second, treeOf(second, other.key) ? other.key : 'name');
  const host = `on host ${second.host.name}`;
  if (first === second) {
    const message = `${second.title} takes port ${other.number} twice ${host}`;
    return finding(place, message, `give it another \`${one.key}:\` or \`${other.key}:\``);
  }
  const isOther = first.resource.folder !== second.resource.folder;
  const apart = isOther ? `; ${otherFolder(first.resource.folder)}` : '';
  const both = `${second.title} and ${first.title} (${where}) both take port ${other.number} ${host}`;
  if (other.number !== undefined) return finding(place, both, `give one of them another \`${other.key}:\`${apart}`);
  const same = `${second.title} and ${first.title} (${where}) are both the unit ${second.unit} ${host}`;
  return finding(place, same, `give one of them a \`unit:\` and a \`port:\` of its own${apart}`);
}
