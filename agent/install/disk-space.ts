import { DiskFault } from './disk-fault.ts';
import { roomAt } from './read-room.ts';
import { megabytes, roomHint } from './room.ts';

/** Room that is left for everything else on the disk. */
const RESERVE_BYTES = 64 * 1024 * 1024;

/** @throws DiskFault, naming the disk, when there is no room for that many bytes below the path. */
export function requireSpace(path: string, bytes: number, what: string): void {
  const room = roomAt(path);
  if (room.free >= bytes + RESERVE_BYTES) return;
  const [needed, free] = [megabytes(bytes + RESERVE_BYTES), megabytes(room.free)];
  throw new DiskFault(`cannot install ${what}: it needs ${needed} and ${room.disk} has ${free} free`, roomHint(room));
}
