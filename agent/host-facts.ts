import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { arch, cpus, hostname, release, totalmem } from 'node:os';
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
  };
}

/** Those that make another /etc/machine-id whenever they are made anew, around a directory that stays. */
const FLEETING = ['docker', 'podman', 'oci', 'rkt'];

/** What tells this machine from a copy of it; '' where that does not last as long as what is kept here. */
export function lastingMachineId(): string {
  const isFleeting = existsSync('/.dockerenv') || FLEETING.includes(readLine('/run/systemd/container'));
  return isFleeting ? '' : readLine('/etc/machine-id');
}

/** Runs programs and loads a large library: once, late, and only where the files that tell are closed to us. */
export async function readVirtualisation(): Promise<string> {
  if (existsSync('/run/systemd/container')) return readLine('/run/systemd/container');
  if (!/^flags\s*:.*\bhypervisor\b/m.test(readText('/proc/cpuinfo'))) return '';
  const vendor = readLine('/sys/class/dmi/id/sys_vendor');
  if (vendor !== '') return vendor;
  const { system } = await import('systeminformation');
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
