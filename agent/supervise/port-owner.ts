import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface PortOwner {
  /** 0 when it is someone else's and the agent may not see whose. */
  readonly pid: number;
  readonly name: string;
  readonly command: string;
  /** Of the user that opened the port. */
  readonly uid: number;
}

/** Socket states in /proc/net: what a TCP server listens in, what a UDP socket is in once bound. */
const LISTENING = { tcp: '0A', udp: '07' } as const;

/** Who has a port on this host, on whatever address. Undefined: nobody. */
export function portOwner(port: number, protocol: 'tcp' | 'udp' = 'tcp'): PortOwner | undefined {
  const [socket] = socketsOn(port, protocol);
  if (!socket) return undefined;
  const pid = holderOf(`socket:[${socket.inode}]`);
  if (pid === undefined) return { pid: 0, name: '', command: '', uid: socket.uid };
  const command = readText(`/proc/${pid}/cmdline`).split('\0').join(' ').trim();
  return { pid, name: readText(`/proc/${pid}/comm`).trim(), command, uid: socket.uid };
}

/** Whether that process itself has a TCP port open for whoever connects. */
export function listensOn(pid: number, port: number): boolean {
  const sockets = new Set(socketsOn(port, 'tcp').map(({ inode }) => `socket:[${inode}]`));
  return sockets.size > 0 && filesOf(pid).some((file) => sockets.has(file));
}

/** For a message: `nginx (process 812)`. */
export function describeOwner({ pid, name, uid }: PortOwner): string {
  return pid ? `${name} (process ${pid})` : `a process of user id ${uid}`;
}

function socketsOn(port: number, protocol: 'tcp' | 'udp'): { inode: string; uid: number }[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return [protocol, `${protocol}6`]
    .flatMap((table) => readText(`/proc/net/${table}`).split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(suffix) && fields[3] === LISTENING[protocol])
    .map((fields) => ({ inode: fields[9] ?? '', uid: Number(fields[7]) }));
}

function holderOf(socket: string): number | undefined {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid))
    .find((pid) => filesOf(pid).includes(socket));
}

/** What a process has open; nothing when it is gone, or someone else's. */
function filesOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`));
  } catch {
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
