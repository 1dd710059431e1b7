import type { Finding } from '../../proto/fault.ts';
import type { HostFacts } from '../../proto/report.ts';
import { finding, type Place } from './place.ts';
import { type Fleet, ofKind, placeIn } from './resource.ts';

/** What the controller knows of an enrolled host. */
export interface EnrolledHost {
  readonly name: string;
  readonly tokenLabels: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly facts: HostFacts;
}

/** A host as resources select and reach it. */
export interface InventoryHost {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly address: string;
  readonly facts: HostFacts;
}

export interface Inventory {
  /** By name. */
  readonly hosts: readonly InventoryHost[];
  /** Written as `kind: Host`, not enrolled yet. */
  readonly expected: readonly string[];
  /** By host, why its address is not the one that the fleet asks for: an error of whoever runs something there. */
  readonly unreachable: ReadonlyMap<string, Finding>;
  readonly notes: readonly Finding[];
}

/** `kind: Host` wins over `promfleet host label`, which wins over the labels of the join token. */
export function buildInventory(fleet: Fleet, enrolled: readonly EnrolledHost[]): Inventory {
  const written = new Map(ofKind(fleet, 'Host').map((host) => [host.name, host]));
  const settings = ofKind(fleet, 'Fleet')[0];
  const network = settings?.settings.address?.network;
  const hosts = enrolled
    .map((host) => {
      const own = written.get(host.name)?.settings;
      return toInventoryHost(host, own?.labels, own?.address, network);
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const missing = [...written.values()].filter((host) => !enrolled.some(({ name }) => name === host.name));
  const astray = hosts.filter(
    ({ name, address }) =>
      network !== undefined && !written.get(name)?.settings.address && !isInNetwork(address, network),
  );
  const place = settings && placeIn(settings, 'address', 'network');
  const outside = place && network ? astray.map((host) => [host, outsideNetwork(place, host, network)] as const) : [];
  return {
    hosts,
    expected: missing.map((host) => host.name),
    unreachable: new Map(
      outside.filter(([host]) => host.facts.ownAddress === '').map(([host, why]) => [host.name, why]),
    ),
    notes: [
      ...missing.map((host) =>
        finding(placeIn(host, 'name'), `host ${host.name} has not enrolled: nothing runs on it until it does`),
      ),
      ...outside.filter(([host]) => host.facts.ownAddress !== '').map(([, why]) => why),
    ],
  };
}

/** What the fleet says of this very host wins over what the host's own agent.yaml says, which wins over the network of all. */
export function toInventoryHost(
  host: EnrolledHost,
  labels: Readonly<Record<string, string>> | undefined,
  address: string | undefined,
  network?: string,
): InventoryHost {
  const { facts } = host;
  // The one that it has towards the controller comes first, so that of several in the network it stays that one.
  const own = network === undefined ? undefined : addressesOf(facts).find((one) => isInNetwork(one, network));
  return {
    name: host.name,
    labels: { ...host.tokenLabels, ...host.labels, ...labels },
    address: address ?? (facts.ownAddress || own || facts.address || host.name),
    facts,
  };
}

const addressesOf = ({ address, addresses }: HostFacts): string[] => [
  ...new Set([address, ...addresses].filter((one) => one !== '')),
];

function outsideNetwork(place: Place, { name, facts }: InventoryHost, network: string): Finding {
  const hint = `write the address that others reach it at as \`address:\` in a \`kind: Host\` named ${name}`;
  if (facts.ownAddress !== '')
    return finding(
      place,
      `host ${name} says in its agent.yaml that it is at ${facts.ownAddress}, which is not in ${network}`,
      hint,
    );
  const all = addressesOf(facts);
  const has = all.length > 0 ? `it has ${all.join(', ')}` : 'it has told none yet';
  return finding(place, `host ${name} has no address in ${network}: ${has}`, hint);
}

export function isInNetwork(address: string, network: string): boolean {
  const [base = '', bits = ''] = network.split('/');
  const [a, b] = [toBits(address), toBits(base)];
  return a !== undefined && b?.length === a.length && a.slice(0, Number(bits)) === b.slice(0, Number(bits));
}

/** 32 or 128 binary digits; undefined when it is no address. */
function toBits(address: string): string | undefined {
  const isV6 = address.includes(':');
  const groups = isV6
    ? v6Groups(address)
    : address.split('.').map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : -1));
  const [count, width] = isV6 ? [8, 16] : [4, 8];
  if (groups.length !== count || groups.some((group) => !(group >= 0 && group < 2 ** width))) return undefined;
  return groups.map((group) => group.toString(2).padStart(width, '0')).join('');
}

function v6Groups(address: string): number[] {
  const [head = '', tail, ...more] = address.split('::');
  if (more.length > 0) return [];
  const read = (part: string) =>
    part === ''
      ? []
      : part.split(':').map((group) => (/^[0-9a-f]{1,4}$/i.test(group) ? Number.parseInt(group, 16) : -1));
  const [first, last] = [read(head), read(tail ?? '')];
  const gap = tail === undefined ? 0 : 8 - first.length - last.length;
  return gap < 0 ? [] : [...first, ...Array.from({ length: gap }, () => 0), ...last];
}
