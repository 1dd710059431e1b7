/** What a unit's recent exits make of its next one. */
export interface Past {
  /** Exits in a row, none of them after a steady run. */
  readonly attempt: number;
  /** When it exited unasked, within `FAILED_WINDOW_MS`. */
  readonly exits: readonly number[];
  /** It kept exiting, and has not run steadily since. */
  readonly failed: boolean;
}

/**
 *             start                   exit
 *  stopped ───────────▶ running ──────────────▶ backoff, or failed when it keeps exiting
 *     ▲                 │     ▲                   │   │
 *     │           stop  │     └────── tick ───────┘   │ stop
 *     │                 ▼                             │
 *     ├──── exit ── stopping                          │
 *     └───────────────────────────────────────────────┘
 */
export type State =
  | { readonly name: 'stopped' }
  | { readonly name: 'running'; readonly since: number; readonly past: Past }
  | { readonly name: 'backoff' | 'failed'; readonly from: number; readonly until: number; readonly past: Past }
  | { readonly name: 'stopping'; readonly from: number; readonly until: number; readonly kill: boolean };

export type Event =
  | { readonly name: 'start' | 'exit' | 'tick' }
  | { readonly name: 'stop'; readonly graceMs: number; readonly kill: boolean };

/** `give up`: it does not stop and may not be killed, or SIGKILL did not end it. */
export type Effect = 'spawn' | 'signal' | 'kill' | 'give up';

export interface Next {
  readonly state: State;
  readonly effect?: Effect;
}

/** A unit that stayed up this long starts with a clean sheet. */
export const STEADY_MS = 60_000;
const FAILED_WINDOW_MS = 300_000;
const FAILED_EXITS = 5;
/** The longest wait between two starts, failed or not: a unit comes back by itself when the cause is gone. */
export const SLOWEST_MS = 60_000;
/** The wait after a lone exit of a unit that had been up for `QUICK_AFTER_MS`: what was killed is back at once. */
export const QUICK_MS = 100;
const QUICK_AFTER_MS = 10_000;
/** How long SIGKILL may take: a process in uninterruptible sleep does not go. */
const KILL_TAKES_MS = 10_000;
/** Node takes no delay of more than 24 days for what it is. */
const LONGEST_TIMER_MS = 3_600_000;
export const CLEAN_SHEET: Past = { attempt: 0, exits: [], failed: false };

export const STOPPED: State = { name: 'stopped' };

/** The only place where a supervised process changes state. Pairs not listed leave it as it is. */
export function transition(state: State, event: Event, now: number): Next {
  if (event.name === 'stop') return stopping(state, event, now);
  switch (state.name) {
    case 'stopped':
      return event.name === 'start' ? spawn(CLEAN_SHEET, now) : { state };
    case 'running':
      return event.name === 'exit' ? { state: afterExit(state, now) } : { state };
    case 'backoff':
    case 'failed':
      return event.name === 'tick' && isDue(state, now) ? spawn(state.past, now) : { state };
    case 'stopping':
      if (event.name === 'exit') return { state: STOPPED };
      return event.name === 'tick' && isDue(state, now) ? overdue(state, now) : { state };
  }
}

/** How long the state can do without its next tick; one that comes too early does no harm. */
export function msToNextTick(state: State, now: number): number | undefined {
  if (!('until' in state)) return undefined;
  return isDue(state, now) ? 0 : Math.min(state.until - now, LONGEST_TIMER_MS);
}

const spawn = (past: Past, now: number): Next => ({ state: { name: 'running', since: now, past }, effect: 'spawn' });

// A clock that reads earlier than when the wait began was set back: waiting for it to catch up could take hours.
const isDue = ({ from, until }: { from: number; until: number }, now: number): boolean => now >= until || now < from;

function stopping(state: State, { graceMs, kill }: { graceMs: number; kill: boolean }, now: number): Next {
  if (state.name !== 'running' && state.name !== 'stopping') return { state: STOPPED };
  return { state: { name: 'stopping', from: now, until: now + graceMs, kill }, effect: 'signal' };
}

function overdue(state: State & { name: 'stopping' }, now: number): Next {
  if (!state.kill) return { state, effect: 'give up' };
  return { state: { name: 'stopping', from: now, until: now + KILL_TAKES_MS, kill: false }, effect: 'kill' };
}

function afterExit({ past, since }: State & { name: 'running' }, now: number): State {
  const upMs = now - since;
  const next = noteExit(past, upMs, now);
  const isLone = next.attempt === 1 && upMs >= QUICK_AFTER_MS;
  const waitMs = next.failed ? SLOWEST_MS : isLone ? QUICK_MS : backoffMs(next.attempt);
  return { name: next.failed ? 'failed' : 'backoff', from: now, until: now + waitMs, past: next };
}

/** One more exit that nobody asked for, of a process that had been up for so long. */
export function noteExit(past: Past, upMs: number, now: number): Past {
  const isSteady = upMs >= STEADY_MS;
  const exits = [...past.exits.filter((at) => at <= now && now - at < FAILED_WINDOW_MS), now].slice(-FAILED_EXITS);
  return {
    attempt: isSteady ? 1 : past.attempt + 1,
    exits,
    failed: exits.length >= FAILED_EXITS || (past.failed && !isSteady),
  };
}

const backoffMs = (attempt: number): number => Math.min(1_000 * 2 ** (attempt - 1), SLOWEST_MS);
