import type { Loss } from '../../proto/report.ts';
import type { Losses, Rescue } from '../../proto/spec.ts';
import { isFull, megabytes, type Room, roomHint, sayRoom } from '../install/room.ts';

/** What one process has failed to store. Its own counters say so; only the times are remembered here. */
export interface Lost extends Loss {
  /** Which one: another has counters of its own. */
  readonly process: string;
  readonly lost: number;
  readonly stored: number;
  /** How many things its rescue writes. */
  readonly size: number;
  /** "/var/lib (/dev/vda2) was full". */
  readonly cause: string;
}

export interface Counted {
  readonly process: string;
  readonly lost: number;
  readonly stored: number;
  readonly size: number;
  readonly atMs: number;
}

/** Why a unit must not be stopped now, and what to do about it. */
export interface Hold {
  readonly why: string;
  readonly hint: string;
}

/** It is over when more was stored, and no more was lost: nothing else proves that. */
export function noteCount(before: Lost | undefined, now: Counted, room: Room): Lost | undefined {
  const { atMs, ...counted } = now;
  if (counted.lost <= 0) return undefined;
  if (before?.process !== counted.process)
    return { ...counted, sinceMs: atMs, untilMs: 0, cause: causeOf(room, 'its writes failed') };
  const { sinceMs, cause } = before;
  if (counted.lost > before.lost) return { ...counted, sinceMs, untilMs: 0, cause: causeOf(room, cause) };
  const isOver = before.untilMs === 0 && counted.stored > before.stored;
  return { ...counted, sinceMs, untilMs: isOver ? atMs : before.untilMs, cause };
}

function causeOf(room: Room, otherwise: string): string {
  if (room.isReadOnly) return `${room.disk} was read-only`;
  if (room.inodes === 0) return `${room.disk} had no inode left`;
  return isFull(room) ? `${room.disk} was full` : otherwise;
}

export const roomFor = ({ bytesEach, bytesLeast }: Rescue, size: number): number => bytesLeast + bytesEach * size;

const GIVE_IT_UP = 'give it up with “promfleet restart --accept-loss”';

/** Undefined: a stop loses nothing that is not lost already. */
export function holdOf(lost: Lost | undefined, { rescue }: Losses, room: Room): Hold | undefined {
  if (!lost) return undefined;
  const wouldBeLost = `what it stored since ${moment(lost.sinceMs)} would be lost`;
  if (!rescue) return { why: `${wouldBeLost}: it was started without what could save that`, hint: GIVE_IT_UP };
  const hint = `${roomHint(room)}; or ${GIVE_IT_UP}`;
  if (lost.untilMs === 0)
    return { why: `it could not start again, and would lose what its log holds: ${sayRoom(room)}`, hint };
  const needed = roomFor(rescue, lost.size);
  if (room.free >= needed && room.inodes > 0 && !room.isReadOnly) return undefined;
  return { why: `${wouldBeLost}: saving it takes up to ${megabytes(needed)}, and ${sayRoom(room)}`, hint };
}

/** What people should know of a loss for as long as the process runs that has it. */
export function sayLoss(lost: Lost, hold: Hold | undefined, room: Room): string {
  const [since, until] = [moment(lost.sinceMs), moment(lost.untilMs)];
  if (lost.untilMs === 0) return `nothing is stored since ${since}: ${sayRoom(room)}\n${roomHint(room)}`;
  const next = hold
    ? `it must not be stopped now: ${hold.why}\n${hold.hint}`
    : 'restart it when that suits: a clean stop saves all of it, a kill or a power cut would lose what came since';
  return `lost what came from ${since} to ${until}: ${lost.cause}; stored again since\n${next}`;
}

/** "2026-11-28 12:03 UTC". */
const moment = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
