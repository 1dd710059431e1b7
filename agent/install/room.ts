/** What a disk has left, and how people call it. */
export interface Room {
  /** "/var/lib (/dev/vda2)": where it is mounted, and what is. */
  readonly disk: string;
  readonly free: number;
  readonly size: number;
  /** Files that can still be made; infinite where nothing counts them. */
  readonly inodes: number;
  readonly isReadOnly: boolean;
}

/** With less than this, what writes larger pieces finds it full. */
const FULL_BYTES = 4 * 1024 * 1024;

export const isFull = ({ free, inodes }: Room): boolean => free < FULL_BYTES || inodes === 0;
export const takesFiles = (room: Room): boolean => !isFull(room) && !room.isReadOnly;

/** "/var/lib (/dev/vda2) is full (0 MB free)". */
export function sayRoom(room: Room): string {
  if (room.isReadOnly) return `${room.disk} is read-only`;
  if (room.inodes === 0) return `${room.disk} has no inode left for another file`;
  return `${room.disk} ${isFull(room) ? `is full (${megabytes(room.free)} free)` : `has ${megabytes(room.free)} free`}`;
}

/** What a person does about it. */
export const roomHint = ({ isReadOnly, inodes }: Room): string => {
  if (isReadOnly) return 'see “dmesg” for why, and mount it writable again; it goes on by itself';
  return inodes === 0 ? 'remove small files there; it goes on by itself' : 'make room there; it goes on by itself';
};

export const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1_000_000)} MB`;
