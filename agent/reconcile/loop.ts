import { Fault } from '../../proto/fault.ts';
import { backoffMs } from '../backoff.ts';
import { DiskFault } from '../install/disk-fault.ts';
import type { Log } from '../log.ts';
import type { Look } from './observe.ts';
import { planHost } from './plan.ts';
import { afterFailure, afterSuccess, type Failure, freshProgress, judge, type Progress } from './progress.ts';
import { type UnitStep, unitOf } from './step.ts';
import type { Wake } from './wake.ts';

const RESYNC_MS = 60_000;
/** After a look that failed. */
const LOOK_AGAIN_MS = 2_000;

export interface LoopHost {
  look(busy: ReadonlySet<string>): Promise<Look>;
  execute(step: UnitStep, signal: AbortSignal): Promise<void>;
  /** `isSettled`: nothing is left to do, and nothing is being done. */
  report(look: Look, progress: ReadonlyMap<string, Progress>, isSettled: boolean): void;
  settled(look: Look): Promise<void>;
}

/**
 * The only loop: look, decide, act once, report. A wake says "look again" and never what changed, so a missed, merged or
 * spurious one costs nothing. Units are independent: each has at most one step under way, and none waits for another's.
 */
export class Loop {
  readonly #host: LoopHost;
  readonly #wake: Wake;
  readonly #now: () => number;
  readonly #chance: () => number;
  readonly #log: Log;
  readonly #progress = new Map<string, Progress>();
  readonly #working = new Set<Promise<void>>();

  constructor(host: LoopHost, wake: Wake, options: { now: () => number; chance: () => number; log: Log }) {
    this.#host = host;
    this.#wake = wake;
    this.#now = options.now;
    this.#chance = options.chance;
    this.#log = options.log;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let waitMs = LOOK_AGAIN_MS;
      try {
        await this.#pass(signal);
        waitMs = this.#nextLookMs();
      } catch (error) {
        this.#log.error({ err: error }, 'cannot look at this host');
      }
      await this.#wake.next(waitMs, signal);
    }
    await Promise.allSettled(this.#working);
  }

  /** Something that failures may have waited for is there: what waits is tried now. */
  retryNow(): void {
    for (const [unit, progress] of this.#progress) this.#progress.set(unit, { ...progress, retryAtMs: 0 });
    this.#wake.wake();
  }

  /** The same of what waits for room on a disk. */
  retryForRoom(): void {
    for (const [unit, progress] of this.#progress)
      if (progress.failure?.wantsRoom) this.#progress.set(unit, { ...progress, retryAtMs: 0 });
    this.#wake.wake();
  }

  waitsForRoom(): boolean {
    return [...this.#progress.values()].some(({ failure }) => failure?.wantsRoom);
  }

  /** Runs an act of an operator on a unit, with no step of the loop beside it. @throws Fault `conflict` while one is under way. */
  async exclusively(unit: string, act: () => Promise<void>): Promise<void> {
    const progress = this.#progress.get(unit);
    if (!progress || progress.busy) {
      throw new Fault('conflict', `cannot touch ${unit} now: it is being changed`, { hint: 'try again in a moment' });
    }
    this.#progress.set(unit, { ...progress, busy: 'stop' });
    try {
      await act();
    } finally {
      this.#progress.set(unit, freshProgress(progress.goal));
      this.#wake.wake();
    }
  }

  async #pass(signal: AbortSignal): Promise<void> {
    const look = await this.#host.look(this.#busy());
    this.#follow(look);
    const plan = look.wanted && !look.isHeld ? planHost(look.wanted, look.observed) : [];
    for (const step of plan) this.#consider(step, look, signal);
    for (const [unit, progress] of this.#progress) {
      const isDue = plan.some((step) => unitOf(step) === unit);
      if (isDue || progress.busy) continue;
      // Nothing is done for what will not stop but to wait for it, and to say so.
      const failure = look.observed.units.get(unit)?.program.state === 'stopping' ? progress.failure : undefined;
      this.#progress.set(unit, { ...freshProgress(progress.goal), failure });
    }
    const isSettled = look.wanted !== undefined && !look.isHeld && plan.length === 0 && this.#busy().size === 0;
    this.#host.report(look, this.#progress, isSettled);
    if (isSettled) await this.#host.settled(look);
  }

  #busy(): Set<string> {
    return new Set([...this.#progress].filter(([, { busy }]) => busy).map(([unit]) => unit));
  }

  /** Units come and go with the spec; a unit of which something else is wanted starts afresh. */
  #follow({ wanted, observed }: Look): void {
    const goals = new Map([...observed.units.keys()].map((unit) => [unit, 'none']));
    for (const want of wanted ?? [])
      goals.set(want.unit.name, JSON.stringify([want.checkDigest, want.launchDigest, want.unit.stopped]));
    for (const [unit, goal] of goals) {
      const progress = this.#progress.get(unit);
      if (!progress || (progress.goal !== goal && !progress.busy)) this.#progress.set(unit, freshProgress(goal));
    }
    for (const [unit, { busy }] of this.#progress) if (!goals.has(unit) && !busy) this.#progress.delete(unit);
  }

  #consider(step: UnitStep, look: Look, signal: AbortSignal): void {
    const unit = unitOf(step);
    const progress = this.#progress.get(unit) as Progress;
    const due = fingerprint(step, look);
    const verdict = judge(progress, due, this.#now());
    if (verdict === 'wait') return;
    if (verdict === 'stuck') {
      this.#fail(
        unit,
        step,
        new Fault('internal', `cannot get on with ${unit}: the step “${step.kind}” brings it no further`),
      );
      return;
    }
    this.#progress.set(unit, { ...progress, busy: step.kind, attempt: progress.failure ? progress.attempt : 0 });
    this.#log.info({ unit, step: step.kind }, 'step');
    const working = this.#host
      .execute(step, signal)
      .then(
        () => void this.#progress.set(unit, afterSuccess(this.#progress.get(unit) as Progress, due)),
        (error: unknown) => this.#fail(unit, step, error),
      )
      .finally(() => {
        this.#working.delete(working);
        this.#wake.wake();
      });
    this.#working.add(working);
  }

  #fail(unit: string, step: UnitStep, error: unknown): void {
    const failure = failureOf(step, error);
    this.#log.warn(
      { unit, step: step.kind, err: failure.code === 'internal' ? error : failure.message },
      'step failed',
    );
    const progress = this.#progress.get(unit) as Progress;
    const retryInMs = (attempt: number) => backoffMs(attempt, this.#chance());
    this.#progress.set(unit, afterFailure(progress, failure, retryInMs, this.#now()));
  }

  #nextLookMs(): number {
    const waits = [...this.#progress.values()].filter(({ retryAtMs, busy }) => retryAtMs > 0 && !busy);
    return Math.max(0, Math.min(RESYNC_MS, ...waits.map(({ retryAtMs }) => retryAtMs - this.#now())));
  }
}

function failureOf(step: UnitStep, error: unknown): Failure {
  if (error instanceof Fault) {
    const { code, message, hint = '' } = error;
    return { step: step.kind, code, message, hint, wantsRoom: error instanceof DiskFault };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { step: step.kind, code: 'internal', message: `cannot ${step.kind}: ${message}`, hint: '', wantsRoom: false };
}

function fingerprint(step: UnitStep, { observed }: Look): string {
  const isInstalled = 'wanted' in step && observed.releases.has(step.wanted.unit.release.sha256);
  return JSON.stringify([step.kind, isInstalled, observed.units.get(unitOf(step)) ?? null]);
}
