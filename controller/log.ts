import pino from 'pino';

export type Log = pino.Logger;

/** Of lines that wait for a disk to have room for them. */
const MOST_HELD_BYTES = 1024 * 1024;

/** Messages are constant sentences; what varies goes into fields. Written at once, so that the last line before a crash is there. */
export function createLog(level: string): Log {
  const destination = pino.destination({ fd: 1, sync: true, maxLength: MOST_HELD_BYTES });
  // A full disk must not end who only logs to it.
  destination.on('error', () => undefined);
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}
