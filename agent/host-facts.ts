import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { arch, cpus, hostname, networkInterfaces, release, totalmem } from 'node:os';
import type { HostFacts } from '../proto/report.ts';

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** What can be read off at once, with no program run. */
export function readFacts(supervisor: string): HostFacts {
  return {
    hostname: hostname(),
    machineId: readLine('/etc/machine-id'),
    bootId: readLine('/proc/sys/kernel/random/boot_id'),
    os: osName(),
    kernel: release(),
    arch: ARCHITECTURES[arch()] ?? arch(),
    cpus: cpus().length,
    memoryBytes: totalmem(),
    address: '',
    supervisor,
    virtualisation: '',
    addresses: readAddresses(),
    ownAddress: '',
    narrowing: undefined,
  };
}

/** Those that make another /etc/machine-id whenever they are made anew, around a directory that stays. */
const FLEETING = ['docker', 'podman', 'oci', 'rkt'];

/** What tells this machine from a copy of it; '' where that does not last as long as what is kept here. */
export function lastingMachineId(): string {
  const isFleeting = existsSync('/.dockerenv') || FLEETING.includes(readLine('/run/systemd/container'));
  return isFleeting ? '' : readLine('/etc/machine-id');
}

/** More than any host that is well has: what containers add is said once in a while, not looked through. */
const MOST_ADDRESSES = 64;
const LINK_LOCAL = /^(169\.254\.|fe[89ab])/i;

/** Those that others may reach this host at, in the order of its interfaces. */
export function readAddresses(interfaces = networkInterfaces()): string[] {
  const all = Object.values(interfaces).flatMap((addresses) => addresses ?? []);
  const reachable = all.filter(({ internal, address }) => !internal && !LINK_LOCAL.test(address));
  return [...new Set(reachable.map(({ address }) => address))].slice(0, MOST_ADDRESSES);
}

/** Runs programs and loads a large library: once, late, and only where the files that tell are closed to us. */
export async function readVirtualisation(): Promise<string> {
  if (existsSync('/run/systemd/container')) return readLine('/run/systemd/container');
  if (!/^flags\s*:.*\bhypervisor\b/m.test(readText('/proc/cpuinfo'))) return '';
  const vendor = readLine('/sys/class/dmi/id/sys_vendor');
  if (vendor !== '') return vendor;
  // This part of it alone: the whole would be a third of the agent.
  // @ts-expect-error: it has types as a whole only.
  const { system } = (await import('systeminformation/lib/system.js')) as typeof import('systeminformation');
  const { virtual, virtualHost } = await system();
  return virtual ? (virtualHost ?? 'unknown') : '';
}

/** The address that this host has on its way to another. No packet is sent. */
export async function localAddressTowards(target: string): Promise<string> {
  const { hostname, port } = new URL(`tcp://${target}`);
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  try {
    socket.connect(Number(port), host);
    await once(socket, 'connect');
    return socket.address().address;
  } catch {
    return '';
  } finally {
    socket.close();
  }
}

function osName(): string {
  const name = /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(readText('/etc/os-release'));
  return name?.[1] ?? 'Linux';
}

const readLine = (path: string): string => readText(path).trim();

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
