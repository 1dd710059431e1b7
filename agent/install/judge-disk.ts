import { isFull, megabytes, type Room, sayRoom } from './room.ts';

const GB = 1_000_000_000;
const MB = 1_000_000;

/** What is to be known of a disk that promfleet uses, before it hurts; '' when all is well. `was`: what was said of it last. */
export function judgeDisk(room: Room, was = ''): string {
  if (room.isReadOnly) return `${sayRoom(room)}: nothing can be changed here`;
  if (isFull(room)) return `${room.disk} is full: nothing more is stored on it`;
  // Said until there is a fifth more than it takes to be said: what hovers around a bound must not come and go.
  const slack = was === '' ? 1 : 1.2;
  const low = lowBytes(room.size);
  if (room.free < low * slack)
    return `${room.disk} is nearly full: less than ${megabytes(low)} of ${megabytes(room.size)} free`;
  if (room.inodes < FEW_INODES * slack)
    return `${room.disk} has nearly no inode left: fewer than ${FEW_INODES} more files fit`;
  return '';
}

const FEW_INODES = 1_000;

/** A twentieth, but no more than 5 GB; and what a Prometheus asks for at once when it compacts, where the disk is large enough to have it. */
const lowBytes = (size: number): number => Math.max(Math.min(size / 20, 5 * GB), Math.min(600 * MB, size / 10));

/** Enough came back that what failed for want of it is worth another attempt. */
export const isRelief = (before: Room, now: Room): boolean =>
  now.free >= before.free + 8 * MB ||
  (before.isReadOnly && !now.isReadOnly) ||
  (before.inodes < FEW_INODES && now.inodes > before.inodes) ||
  (isFull(before) && !isFull(now));
