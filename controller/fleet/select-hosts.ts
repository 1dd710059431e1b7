import type { InventoryHost } from './inventory.ts';
import type { Condition, HostSelector } from './kinds/unit.ts';

/** Every host that the selector means, by name. */
export function matchHosts(selector: HostSelector, hosts: readonly InventoryHost[]): InventoryHost[] {
  if (selector === 'all') return [...hosts];
  if (Array.isArray(selector)) return hosts.filter((host) => selector.includes(host.name));
  const { not } = selector;
  return hosts.filter((host) => holds(selector, host) && !(not && Object.keys(not).length > 0 && holds(not, host)));
}

function holds({ labels, facts, names }: Condition, host: InventoryHost): boolean {
  const known = host.facts as unknown as Readonly<Record<string, unknown>>;
  return (
    Object.entries(labels ?? {}).every(([label, values]) => oneOf(values, host.labels[label])) &&
    Object.entries(facts ?? {}).every(([fact, values]) => values === undefined || oneOf(values, known[fact])) &&
    (names === undefined || names.includes(host.name))
  );
}

const oneOf = (values: string | readonly string[], value: unknown): boolean =>
  (typeof values === 'string' ? [values] : values).some((one) => one === value);

/** A replica of a resource, and the host that holds it. */
export interface Replica {
  readonly host: string;
  readonly ordinal: number;
}

/**
 * `count` of the matching hosts. A recorded replica stays where it is while its host still matches; only what is missing
 * is placed anew, spread over the values of the label `spreadBy`. Fewer than `count` when fewer match.
 */
export function placeReplicas(
  count: number,
  spreadBy: string | undefined,
  matching: readonly InventoryHost[],
  recorded: readonly Replica[],
): Replica[] {
  const byName = new Map(matching.map((host) => [host.name, host]));
  const kept = [...recorded]
    .sort((a, b) => a.ordinal - b.ordinal)
    .filter((replica) => byName.has(replica.host))
    .slice(0, count);
  const zone = (name: string): string => (spreadBy === undefined ? '' : (byName.get(name)?.labels[spreadBy] ?? ''));
  const chosen = [...kept];
  while (chosen.length < count) {
    const used = (value: string): number => chosen.filter((replica) => zone(replica.host) === value).length;
    const free = [...byName.keys()].filter((name) => !chosen.some((replica) => replica.host === name));
    const [next] = free.sort((a, b) => used(zone(a)) - used(zone(b)) || (a < b ? -1 : 1));
    if (next === undefined) break;
    chosen.push({ host: next, ordinal: freeOrdinal(chosen) });
  }
  return chosen.sort((a, b) => a.ordinal - b.ordinal);
}

function freeOrdinal(taken: readonly Replica[]): number {
  let ordinal = 0;
  while (taken.some((replica) => replica.ordinal === ordinal)) ordinal++;
  return ordinal;
}
