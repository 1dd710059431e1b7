import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../../proto/fault.ts';
import type { Reload } from '../../proto/spec.ts';
import { readMetrics } from '../supervise/probe.ts';

const POLL_MS = 50;
const DEADLINE_MS = 30_000;

interface Verdict {
  readonly success: number;
  readonly loadedAt: number;
}

/**
 * Signals a program and believes nothing but its own metrics: a signal is delivered whether or not the config is any good.
 * @returns true when it took the config, false when it refused it.
 * @throws Fault `unavailable` when it says neither in time.
 */
export async function confirmReload(
  reload: Reload,
  sendSignal: () => Promise<void>,
  signal: AbortSignal,
  deadlineMs = DEADLINE_MS,
): Promise<boolean> {
  const late = AbortSignal.timeout(deadlineMs);
  const ended = AbortSignal.any([signal, late]);
  const before = await poll(reload, ended, (verdict) => verdict);
  if (!before) throw untold('it does not answer on its metrics port');
  await sendSignal();
  const after = await poll(reload, ended, (now) => {
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
  reload: Reload,
  ended: AbortSignal,
  judge: (verdict: Verdict) => Verdict | undefined,
): Promise<Verdict | undefined> {
  for (;;) {
    const isLast = ended.aborted;
    const verdict = await readVerdict(reload);
    const judged = verdict && judge(verdict);
    if (judged || isLast) return judged;
    await sleep(POLL_MS);
  }
}

const untold = (why: string): Fault => new Fault('unavailable', `cannot tell whether it took the new config: ${why}`);

async function readVerdict(reload: Reload): Promise<Verdict | undefined> {
  const { port, metricsPath, successMetric, timestampMetric } = reload;
  try {
    const sums = await readMetrics(port, metricsPath, [successMetric, timestampMetric]);
    const [success, loadedAt] = [sums.get(successMetric), sums.get(timestampMetric)];
    return success !== undefined && loadedAt !== undefined ? { success, loadedAt } : undefined;
  } catch {
    return undefined;
  }
}
