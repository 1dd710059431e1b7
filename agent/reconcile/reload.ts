import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../../proto/fault.ts';
import type { Reload } from '../../proto/spec.ts';
import type { Present } from '../supervise/ask-loopback.ts';
import { readMetrics } from '../supervise/probe.ts';

const POLL_MS = 50;
const DEADLINE_MS = 30_000;

interface Verdict {
  readonly success: number;
  readonly loadedAt: number;
}

export interface ReloadedProgram {
  sendSignal(): Promise<void>;
  /** Nothing else that listens on this host is asked anything, whatever port a spec names. */
  listensOn(port: number): Promise<boolean>;
  readonly credentials?: Present;
}

/**
 * Signals a program and believes nothing but its own metrics: a signal is delivered whether or not the config is any good.
 * @returns true when it took the config, false when it refused it.
 * @throws Fault `unavailable` when it says neither in time.
 */
export async function confirmReload(
  reload: Reload,
  program: ReloadedProgram,
  signal: AbortSignal,
  deadlineMs = DEADLINE_MS,
): Promise<boolean> {
  const reader = new VerdictReader(reload, program);
  const late = AbortSignal.timeout(deadlineMs);
  const ended = AbortSignal.any([signal, late]);
  const before = await poll(reader, ended, (verdict) => verdict);
  if (!before) throw untold('it does not answer on its metrics port');
  await program.sendSignal();
  const after = await poll(reader, ended, (now) => {
    // Not later, but another: a clock may have been set back since.
    if (now.success === 1 && now.loadedAt !== before.loadedAt) return now;
    // The gauge of one that refused before is 0 already, also when an agent that was killed had asked: only time tells then.
    return now.success === 0 && (before.success !== 0 || late.aborted) ? now : undefined;
  });
  if (!after) throw untold(`its metrics did not move within ${deadlineMs / 1000} s`);
  return after.success === 1;
}

/** Undefined when it ended with no verdict that will do. */
async function poll(
  reader: VerdictReader,
  ended: AbortSignal,
  judge: (verdict: Verdict) => Verdict | undefined,
): Promise<Verdict | undefined> {
  for (;;) {
    const isLast = ended.aborted;
    const verdict = await reader.read();
    const judged = verdict && judge(verdict);
    if (judged || isLast) return judged;
    await sleep(POLL_MS);
  }
}

const untold = (why: string): Fault => new Fault('unavailable', `cannot tell whether it took the new config: ${why}`);

class VerdictReader {
  readonly #reload: Reload;
  readonly #program: ReloadedProgram;
  #isItsOwn = false;

  constructor(reload: Reload, program: ReloadedProgram) {
    this.#reload = reload;
    this.#program = program;
  }

  async read(): Promise<Verdict | undefined> {
    const { port, metricsPath: path, successMetric, timestampMetric, tls } = this.#reload;
    try {
      this.#isItsOwn ||= await this.#program.listensOn(port);
      if (!this.#isItsOwn) return undefined;
      const sums = await readMetrics(
        { port, path, tls },
        [successMetric, timestampMetric],
        undefined,
        this.#program.credentials,
      );
      const [success, loadedAt] = [sums.get(successMetric), sums.get(timestampMetric)];
      return success !== undefined && loadedAt !== undefined ? { success, loadedAt } : undefined;
    } catch {
      return undefined;
    }
  }
}
