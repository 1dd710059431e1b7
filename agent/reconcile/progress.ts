import type { UnitStep } from './step.ts';

/** How it goes with one unit: pure bookkeeping of what was tried and when it is tried again. */
export interface Progress {
  /** What the unit should be: when that changes, earlier failures say nothing. */
  readonly goal: string;
  readonly busy: UnitStep['kind'] | undefined;
  /** The last step that ended well, and what the unit looked like before it. */
  readonly done: string;
  /** Steps that ended well since nothing was left to do. */
  readonly steps: number;
  readonly attempt: number;
  readonly retryAtMs: number;
  readonly failure: Failure | undefined;
}

export interface Failure {
  readonly step: UnitStep['kind'];
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** A disk has no room for it: tried again when it has. */
  readonly wantsRoom: boolean;
}

export const freshProgress = (goal: string): Progress => ({
  goal,
  busy: undefined,
  done: '',
  steps: 0,
  attempt: 0,
  retryAtMs: 0,
  failure: undefined,
});

export function afterFailure(
  progress: Progress,
  failure: Failure,
  retryInMs: (attempt: number) => number,
  now: number,
): Progress {
  const attempt = progress.attempt + 1;
  return { ...progress, busy: undefined, done: '', steps: 0, attempt, retryAtMs: now + retryInMs(attempt), failure };
}

/** The failure is kept until a step ends well: a person sees why it waits also between two attempts. */
export const afterSuccess = (progress: Progress, done: string): Progress => ({
  ...progress,
  busy: undefined,
  done,
  steps: progress.steps + 1,
  retryAtMs: 0,
  failure: undefined,
});

export type Verdict = 'go' | 'wait' | 'stuck';

/** The longest way from anything to anything takes about a dozen. */
const MOST_STEPS = 40;

/**
 * A step that ended well and is due again, with nothing changed, has no effect; and steps that undo each other never end.
 * Both count as failures, or the agent would spin.
 */
export function judge(progress: Progress, due: string, now: number): Verdict {
  if (progress.busy || progress.retryAtMs > now) return 'wait';
  return progress.done === due || progress.steps >= MOST_STEPS ? 'stuck' : 'go';
}
