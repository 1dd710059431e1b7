import { Fault } from '../../proto/fault.ts';

/** The controller's own disk does not take what is to be recorded. Nothing was changed. */
export class DiskFault extends Fault {
  constructor(file: string, why: string, cause: unknown) {
    super('unavailable', `cannot record anything: ${why} (${file})`, {
      hint: 'make room on the controller’s disk and try again; nothing was changed, and what runs on hosts runs on',
      cause,
    });
  }
}

const WHY: readonly (readonly [code: RegExp, why: string])[] = [
  [/^SQLITE_FULL/, 'its disk is full'],
  [/^SQLITE_READONLY/, 'its database is read-only'],
  [/^SQLITE_(IOERR|CANTOPEN)/, 'its disk does not take it'],
];

/** What SQLite says of a disk, in words; any other error stays as it is. */
export function nameDisk(error: unknown, file: string): unknown {
  const { code } = error as { code?: unknown };
  const why = WHY.find(([pattern]) => typeof code === 'string' && pattern.test(code))?.[1];
  return why === undefined ? error : new DiskFault(file, why, error);
}

/** What the disk has no room for is left undone. */
export function ifRoom(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof DiskFault)) throw error;
  }
}
