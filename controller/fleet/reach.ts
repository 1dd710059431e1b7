import type { Finding } from '../../proto/fault.ts';
import { finding, type Place } from './place.ts';
import type { PlacedUnit } from './place-units.ts';

/**
 * The `host:port` at which one unit finds another, or why it does not.
 * @param act  what it would do there: `scrape`
 */
export function addressFrom(
  seeker: PlacedUnit,
  unit: PlacedUnit,
  act: string,
  place: Place,
): { readonly address: string } | { readonly note: Finding } {
  const { listen } = unit.settings;
  if (listen !== '127.0.0.1') return hostFrom(seeker, unit, act, place);
  if (unit.host.name === seeker.host.name) return { address: `127.0.0.1:${unit.port}` };
  return {
    note: finding(place, `${cannot(seeker, unit, act)}: it listens on 127.0.0.1 alone`, 'write `listen: 0.0.0.0`'),
  };
}

/** The same at another of its ports, whatever address it answers HTTP on. */
export function hostFrom(
  seeker: PlacedUnit,
  unit: PlacedUnit,
  act: string,
  place: Place,
  port = unit.port,
): { readonly address: string } | { readonly note: Finding } {
  const sameHost = unit.host.name === seeker.host.name;
  if (!sameHost && isLoopback(unit.host.address)) {
    const hint = `write the address that others reach it at as \`address:\` in a \`kind: Host\` named ${unit.host.name}`;
    return { note: finding(place, `${cannot(seeker, unit, act)}: its address is ${unit.host.address}`, hint) };
  }
  return { address: atPort(unit.host.address, port) };
}

const cannot = (seeker: PlacedUnit, unit: PlacedUnit, act: string): string =>
  `${seeker.title} on host ${seeker.host.name} can't ${act} ${unit.title} on host ${unit.host.name}`;

/** Seen from no host of the fleet; undefined when only its own host can reach it. */
export const addressFromOutside = ({ settings, host, port }: PlacedUnit): string | undefined =>
  settings.listen === '127.0.0.1' || isLoopback(host.address) ? undefined : atPort(host.address, port);

export const atPort = (address: string, port: number): string =>
  `${address.includes(':') ? `[${address}]` : address}:${port}`;

const isLoopback = (address: string): boolean => /^127\.|^::1$|^localhost$/.test(address);
