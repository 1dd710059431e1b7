import { Fault, messageOf } from '../../proto/fault.ts';
import { roomAt } from './read-room.ts';
import { isFull, type Room, roomHint, sayRoom } from './room.ts';

/** A disk does not take what is to be written: tried again as soon as there is more room. */
export class DiskFault extends Fault {
  constructor(message: string, hint: string, cause?: unknown) {
    super('unavailable', message, { hint, cause });
  }
}

const CODES = /\b(ENOSPC|EDQUOT|EROFS|EIO)\b/;

/**
 * Names the disk of an error that a disk made; any other error stays as it is.
 * @param what   "write the config of prometheus"
 * @param paths  where that writes: an error of the system names a path only when it opens one
 */
export function nameDisk(error: unknown, what: string, paths: readonly string[]): unknown {
  if (error instanceof DiskFault) return error;
  const code = CODES.exec(codeOf(error) ?? messageOf(error))?.[1];
  if (code === undefined) return error;
  const room = roomOf(error, paths);
  if (!room) return error;
  return new DiskFault(`cannot ${what}: ${sayWhy(code, room)}`, roomHint(room), error);
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code;

/** Of the disk that the error names, or else of the worst off of those that it could have been. */
function roomOf(error: unknown, paths: readonly string[]): Room | undefined {
  const named = (error as NodeJS.ErrnoException).path;
  const rooms = (typeof named === 'string' && named.startsWith('/') ? [named] : paths).map(roomAt);
  return rooms.toSorted((a, b) => badness(b) - badness(a) || a.free - b.free)[0];
}

const badness = (room: Room): number => (room.isReadOnly ? 2 : isFull(room) ? 1 : 0);

function sayWhy(code: string, room: Room): string {
  if (code === 'EDQUOT') return `the quota on ${room.disk} is used up`;
  if (code === 'EIO') return `${room.disk} answers with an input/output error`;
  if (code === 'EROFS') return `${room.disk} is read-only`;
  return isFull(room) ? sayRoom(room) : `${room.disk} has too little room`;
}
