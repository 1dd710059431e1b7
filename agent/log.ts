import { type Logger, pino } from 'pino';

export type Log = Logger;

/** Of lines that wait for a disk to have room for them. */
const MOST_HELD_BYTES = 1024 * 1024;

/** One JSON line each, written before the call returns: a log that is cut off by a crash is worth little. */
export function openLog(level: string): Log {
  const destination = pino.destination({ dest: 1, sync: true, maxLength: MOST_HELD_BYTES });
  // A full disk must not end who only logs to it.
  destination.on('error', () => undefined);
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}
