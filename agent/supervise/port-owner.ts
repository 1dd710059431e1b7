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
  const [socket] = [protocol, `${protocol}6` as const].flatMap((table) =>
    socketsOn(readText(`/proc/net/${table}`), port, LISTENING[protocol]),
  );
  if (!socket) return undefined;
  const pid = holderOf(`socket:[${socket.inode}]`);
  if (pid === undefined) return { pid: 0, name: '', command: '', uid: socket.uid };
  const command = readText(`/proc/${pid}/cmdline`).split('\0').join(' ').trim();
  return { pid, name: readText(`/proc/${pid}/comm`).trim(), command, uid: socket.uid };
}

/** For a message: `nginx (process 812)`. */
export function describeOwner({ pid, name, uid }: PortOwner): string {
  return pid ? `${name} (process ${pid})` : `a process of user id ${uid}`;
}

function socketsOn(table: string, port: number, state: string): { inode: string; uid: number }[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(suffix) && fields[3] === state)
    .map((fields) => ({ inode: fields[9] ?? '', uid: Number(fields[7]) }));
}

function holderOf(socket: string): number | undefined {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid))
    .find((pid) => {
      try {
        return readdirSync(`/proc/${pid}/fd`).some((fd) => linkOf(`/proc/${pid}/fd/${fd}`) === socket);
      } catch {
        // Gone, or someone else's.
        return false;
      }
    });
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
