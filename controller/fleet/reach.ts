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
  const sameHost = unit.host.name === seeker.host.name;
  const title = (): string =>
    `${seeker.title} on host ${seeker.host.name} can't ${act} ${unit.title} on host ${unit.host.name}`;
  if (!sameHost && listen === '127.0.0.1') {
    return { note: finding(place, `${title()}: it listens on 127.0.0.1 alone`, 'write `listen: 0.0.0.0`') };
  }
  if (!sameHost && isLoopback(unit.host.address)) {
    const hint = `write the address that others reach it at as \`address:\` in a \`kind: Host\` named ${unit.host.name}`;
    return { note: finding(place, `${title()}: its address is ${unit.host.address}`, hint) };
  }
  return { address: dialled(listen === '127.0.0.1' ? '127.0.0.1' : unit.host.address, unit.port) };
}

/** Seen from no host of the fleet; undefined when only its own host can reach it. */
export const addressFromOutside = ({ settings, host, port }: PlacedUnit): string | undefined =>
  settings.listen === '127.0.0.1' || isLoopback(host.address) ? undefined : dialled(host.address, port);

const dialled = (address: string, port: number): string =>
  `${address.includes(':') ? `[${address}]` : address}:${port}`;

const isLoopback = (address: string): boolean => /^127\.|^::1$|^localhost$/.test(address);
