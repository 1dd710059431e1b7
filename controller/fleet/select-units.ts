import { Fault } from '../../proto/fault.ts';
import { didYouMean } from '../../proto/nearest.ts';
import type { Stores } from '../store/stores.ts';
import { toInventoryHost } from './inventory.ts';
import { matchHosts } from './select-hosts.ts';

export interface UnitOnHost {
  readonly host: string;
  readonly unit: string;
}

/** `UNIT --on SELECTOR`: `all`, the name of a host, or `label=value[,label=value]`. @throws Fault when it means nothing */
export function selectUnits(stores: Stores, { unit, on }: { unit: string; on: string }): UnitOnHost[] {
  const specs = stores.specs.all();
  const hosts = hostsOf(stores, on);
  const found = hosts.filter((host) => specs.get(host)?.spec.units.some((one) => one.name === unit));
  if (found.length > 0) return found.map((host) => ({ host, unit }));
  const known = new Set([...specs.values()].flatMap((stored) => stored.spec.units.map((one) => one.name)));
  throw new Fault('not_found', `there is no unit ${unit} on ${on === 'all' ? 'any host' : on}`, {
    hint: didYouMean(unit, known) ?? 'run "promfleet status" to see which unit is where',
  });
}

function hostsOf(stores: Stores, on: string): string[] {
  const enrolled = stores.hosts.all();
  const names = enrolled.map((host) => host.name);
  if (on === 'all') return names;
  if (names.includes(on)) return [on];
  if (!on.includes('=')) {
    throw new Fault('not_found', `there is no host ${on}`, {
      hint: didYouMean(on, names) ?? 'write `all`, the name of a host, or `label=value`',
    });
  }
  const labels = Object.fromEntries(on.split(',').map((pair) => splitPair(pair.trim())));
  const written = stores.meta.written().labels;
  const hosts = enrolled.map((host) => toInventoryHost(host, written[host.name], undefined));
  return matchHosts({ labels }, hosts).map((host) => host.name);
}

function splitPair(pair: string): [string, string] {
  const at = pair.indexOf('=');
  if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)];
  throw new Fault('invalid', `cannot select hosts by "${pair}"`, {
    hint: 'write label=value, several with a comma between',
  });
}
