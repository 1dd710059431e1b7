import { CLEAN_SHEET, noteExit, type Past } from './lifecycle.ts';

/** Of one unit that systemd restarts. systemd forgets its own count at every start by anyone else, and when the machine boots. */
export interface RestartCounts {
  readonly launchDigest: string;
  readonly restarts: number;
  /** What systemd's own count was when last seen. */
  readonly seen: number;
  readonly past: Past;
  readonly lastExit: string;
}

export const noRestarts = (launchDigest: string): RestartCounts => ({
  launchDigest,
  restarts: 0,
  seen: 0,
  past: CLEAN_SHEET,
  lastExit: '',
});

/** Takes in systemd's count. `upMs`: how long the process before had been up; any between it and the present one were gone at once. */
export function countRestarts(counts: RestartCounts, seen: number, upMs: number, now: number): RestartCounts {
  const more = seen >= counts.seen ? seen - counts.seen : seen;
  let { past } = counts;
  for (let exit = 0; exit < Math.min(more, 10); exit++) past = noteExit(past, exit === 0 ? upMs : 0, now);
  return { ...counts, restarts: counts.restarts + more, seen, past };
}
