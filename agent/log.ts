import { type Logger, pino } from 'pino';

export type Log = Logger;

/** One JSON line each, written before the call returns: a log that is cut off by a crash is worth little. */
export const openLog = (level: string): Log =>
  pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 1, sync: true }));
