import { readFileSync, statfsSync } from 'node:fs';
import { Fault } from '../../proto/fault.ts';

/** Room that is left for everything else on the disk. */
const RESERVE_BYTES = 64 * 1024 * 1024;

/** @throws Fault `unavailable`, naming the disk, when there is no room for that many bytes below the path. */
export function requireSpace(path: string, bytes: number, what: string): void {
  const { bavail, bsize } = statfsSync(path);
  const free = bavail * bsize;
  if (free >= bytes + RESERVE_BYTES) return;
  throw new Fault(
    'unavailable',
    `cannot install ${what}: it needs ${megabytes(bytes + RESERVE_BYTES)} and ${diskOf(path)} has ${megabytes(free)} free`,
    { hint: 'make room there; it goes on by itself' },
  );
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1_000_000)} MB`;

/** "/opt (/dev/vda1)": where the file system that holds a path is mounted. */
function diskOf(path: string): string {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .trim()
    .split('\n')
    .map((line) => ({ at: line.split(' ')[4] as string, from: line.split(' - ')[1]?.split(' ')[1] ?? '' }))
    .filter(({ at }) => at === '/' || path === at || path.startsWith(`${at}/`));
  const mount = mounts.toSorted((a, b) => b.at.length - a.at.length)[0];
  return mount ? `${mount.at} (${mount.from})` : path;
}
