import pino from 'pino';

export type Log = pino.Logger;

/** Messages are constant sentences; what varies goes into fields. Written at once, so that the last line before a crash is there. */
export const createLog = (level: string): Log =>
  pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ fd: 1, sync: true }));
