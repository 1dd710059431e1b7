/** A certificate is renewed once a third of its life is over: two thirds are left for a controller that is away. */
function renewalDueAtMs(fromMs: number, untilMs: number): number {
  return fromMs + (untilMs - fromMs) / 3;
}

export type Standing = 'good' | 'due' | 'lapsed';

export function standingOf(fromMs: number, untilMs: number, now: number): Standing {
  if (now >= untilMs) return 'lapsed';
  return now >= renewalDueAtMs(fromMs, untilMs) ? 'due' : 'good';
}
