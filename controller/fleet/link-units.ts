import type { Finding } from '../../proto/fault.ts';
import type { Links } from '../catalogue/component.ts';
import { linkThanos } from './link-thanos.ts';
import type { PlacedUnit } from './place-units.ts';
import { atPort, hostFrom } from './reach.ts';
import type { Fleet } from './resource.ts';
import { placeOf, treeOf, type UnitPart } from './unit-parts.ts';

/** By the keys that move them. */
export function otherPortsOf({ component, settings }: UnitPart): Record<string, number> {
  const written = settings as unknown as Readonly<Record<string, number | undefined>>;
  const ports = component.otherPorts?.(settings.replicas ?? 1) ?? [];
  return Object.fromEntries(ports.map(({ key, number }) => [key, written[key] ?? number]));
}

export interface Linked {
  readonly unit: PlacedUnit;
  readonly notes: readonly Finding[];
}

/** A unit with what it has to know of those that it works with. */
export function linkUnit(fleet: Fleet, unit: PlacedUnit, units: readonly PlacedUnit[]): Linked {
  if (unit.resource.kind === 'Thanos') return linkThanos(fleet, unit, units);
  if (unit.resource.kind === 'Alertmanager') return linkMember(unit, units);
  return { unit, notes: [] };
}

/** An Alertmanager of several gossips with the others, at the addresses of their hosts. */
function linkMember(unit: PlacedUnit, units: readonly PlacedUnit[]): Linked {
  const port = unit.ports['cluster_port'];
  if (port === undefined) return { unit, notes: [] };
  const place = placeOf(unit, treeOf(unit, 'replicas') ? 'replicas' : 'name');
  const others = units.filter((one) => one.resource === unit.resource && one.host.name !== unit.host.name);
  const found = others.map((one) => hostFrom(unit, one, 'gossip with', place, port));
  const { address } = unit.host;
  const links: Links = {
    // It takes no name for it.
    own: isIp(address) ? [atPort(address, port)] : [],
    peers: found.flatMap((one) => ('address' in one ? [one.address] : [])).sort(),
  };
  return { unit: { ...unit, links }, notes: found.flatMap((one) => ('note' in one ? [one.note] : [])) };
}

const isIp = (address: string): boolean => /^\d+\.\d+\.\d+\.\d+$|:/.test(address);
