import type { Finding } from '../../proto/fault.ts';
import type { HostFacts } from '../../proto/report.ts';
import { finding } from './place.ts';
import { type Fleet, ofKind, placeIn, type Resource } from './resource.ts';

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
  readonly notes: readonly Finding[];
}

/** `kind: Host` wins over `promfleet host label`, which wins over the labels of the join token. */
export function buildInventory(fleet: Fleet, enrolled: readonly EnrolledHost[]): Inventory {
  const written = new Map(ofKind(fleet, 'Host').map((host) => [host.name, host]));
  const hosts = enrolled
    .map((host) => {
      const own = written.get(host.name)?.settings;
      return toInventoryHost(host, own?.labels, own?.address);
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const missing = [...written.values()].filter((host) => !enrolled.some(({ name }) => name === host.name));
  const notes = missing.map((host) =>
    finding(placeIn(host, 'name'), `host ${host.name} has not enrolled: nothing runs on it until it does`),
  );
  return {
    hosts,
    expected: missing.map((host) => host.name),
    notes: [...notes, ...outsideNetwork(fleet, hosts, written)],
  };
}

export function toInventoryHost(
  host: EnrolledHost,
  labels: Readonly<Record<string, string>> | undefined,
  address: string | undefined,
): InventoryHost {
  return {
    name: host.name,
    labels: { ...host.tokenLabels, ...host.labels, ...labels },
    address: address ?? (host.facts.address || host.name),
    facts: host.facts,
  };
}

function outsideNetwork(
  fleet: Fleet,
  hosts: readonly InventoryHost[],
  written: ReadonlyMap<string, Resource<'Host'>>,
): Finding[] {
  const settings = ofKind(fleet, 'Fleet')[0];
  const network = settings?.settings.address?.network;
  if (!settings || network === undefined) return [];
  return hosts
    .filter((host) => !written.get(host.name)?.settings.address && !isInNetwork(host.address, network))
    .map((host) =>
      finding(
        placeIn(settings, 'address', 'network'),
        `host ${host.name} reaches the controller from ${host.address}, which is not in ${network}`,
        `write the address that others reach it at as \`address:\` in a \`kind: Host\` named ${host.name}`,
      ),
    );
}

/** IPv4 alone: anything else is in no network. */
export function isInNetwork(address: string, network: string): boolean {
  const [base = '', bits = '32'] = network.split('/');
  const [a, b] = [toNumber(address), toNumber(base)];
  if (a === undefined || b === undefined) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(a / size) === Math.floor(b / size);
}

function toNumber(address: string): number | undefined {
  const parts = address.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}
