import type { Probe, UnitSpec } from '../../proto/spec.ts';
import type { Present } from '../supervise/ask-loopback.ts';
import { listensOn } from '../supervise/port-owner.ts';
import { probeUnit } from '../supervise/probe.ts';
import type { ObservedProcess } from '../supervise/supervisor.ts';

const FIRST_MS = 100;
const SLOWEST_WAIT_MS = 1_000;
const STEADY_MS = 30_000;

export interface Readiness {
  readonly isReady: boolean;
  /** 0 before the first time. */
  readonly readyAtMs: number;
  /** Which probe does not hold, and how it answers. */
  readonly message: string;
}

interface Watch {
  readonly process: string;
  readonly probes: string;
  readonly pid: number;
  /** Ports that the process itself listens on. */
  readonly own: Set<number>;
  readiness: Readiness;
  waitMs: number;
  timer: NodeJS.Timeout | undefined;
}

/** Asks every running unit whether it is ready: often until it is, seldom after. */
export class Prober {
  readonly #watches = new Map<string, Watch>();
  readonly #now: () => number;
  readonly #onChange: () => void;
  readonly #present: Present;

  constructor(now: () => number, onChange: () => void, present: Present) {
    this.#now = now;
    this.#onChange = onChange;
    this.#present = present;
  }

  /** What is known of the unit now. A process that was not seen before is asked from here on. */
  watch(unit: UnitSpec, observed: ObservedProcess): Readiness {
    const [process, probes] = [processOf(observed), JSON.stringify(unit.ready)];
    const known = this.#watches.get(unit.name);
    if (known?.process === process && known.probes === probes) return known.readiness;
    this.forget(unit.name);
    const readiness = { isReady: false, readyAtMs: 0, message: '' };
    const watch: Watch = {
      process,
      probes,
      pid: observed.pid,
      own: new Set(),
      readiness,
      waitMs: FIRST_MS,
      timer: undefined,
    };
    this.#watches.set(unit.name, watch);
    this.#again(unit, watch, 0);
    return readiness;
  }

  /** What is known of a process that was launched as another than is wanted now: what its successor answers is not asked of it. */
  known(unit: string, process: ObservedProcess): Readiness | undefined {
    const watch = this.#watches.get(unit);
    return watch?.process === processOf(process) ? watch.readiness : undefined;
  }

  forget(unit: string): void {
    clearTimeout(this.#watches.get(unit)?.timer);
    this.#watches.delete(unit);
  }

  [Symbol.dispose](): void {
    for (const unit of this.#watches.keys()) this.forget(unit);
  }

  #again(unit: UnitSpec, watch: Watch, delayMs: number): void {
    watch.timer = setTimeout(() => void this.#ask(unit, watch), delayMs);
  }

  async #ask(unit: UnitSpec, watch: Watch): Promise<void> {
    // What a metric proved of this process stays proved; reading all of its metrics again and again would cost the most of all we do.
    const isProved = watch.readiness.readyAtMs > 0;
    const probes = unit.ready.map((probe) => (isProved ? { ...probe, metric: '' } : probe));
    const message = await firstThatFails(probes, watch, this.#present);
    if (this.#watches.get(unit.name) !== watch) return;
    const was = watch.readiness;
    const isReady = message === '';
    watch.readiness = { isReady, message, readyAtMs: was.readyAtMs || (isReady ? this.#now() : 0) };
    watch.waitMs = isReady ? FIRST_MS : Math.min(watch.waitMs * 1.5, SLOWEST_WAIT_MS);
    this.#again(unit, watch, isReady ? STEADY_MS : watch.waitMs);
    if (was.isReady !== isReady || was.message !== message) this.#onChange();
  }
}

const processOf = ({ pid, startedAtMs }: ObservedProcess): string => `${pid} ${startedAtMs}`;

/** '' when all hold. */
async function firstThatFails(probes: readonly Probe[], { pid, own }: Watch, present: Present): Promise<string> {
  for (const probe of probes) {
    // Nothing else that listens on this host is asked anything, whatever port a spec names.
    if (!own.has(probe.port) && !listensOn(pid, probe.port))
      return `not “${probe.name}” yet: it does not listen on port ${probe.port}`;
    own.add(probe.port);
    const { ok, message } = await probeUnit(probe, undefined, present);
    if (!ok) return `not “${probe.name}” yet: ${message}`;
  }
  return '';
}
