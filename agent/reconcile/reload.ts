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
): Promise<boolean> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]);
  const before = await poll(reload, deadline, (verdict) => verdict);
  await sendSignal();
  return poll(reload, deadline, (now) => {
    if (now.success === 1 && now.loadedAt > before.loadedAt) return true;
    // A gauge that was 0 already says nothing of this reload.
    return now.success === 0 && before.success !== 0 ? false : undefined;
  });
}

async function poll<T>(reload: Reload, deadline: AbortSignal, judge: (verdict: Verdict) => T | undefined): Promise<T> {
  for (;;) {
    const verdict = await readVerdict(reload);
    const judged = verdict && judge(verdict);
    if (judged !== undefined) return judged;
    if (deadline.aborted)
      throw new Fault('unavailable', `cannot tell whether it took the new config: ${silence(verdict)}`);
    await sleep(POLL_MS);
  }
}

const silence = (verdict: Verdict | undefined): string =>
  verdict ? `its metrics did not move within ${DEADLINE_MS / 1000} s` : 'it does not answer on its metrics port';

async function readVerdict(reload: Reload): Promise<Verdict | undefined> {
  const { port, metricsPath, successMetric, timestampMetric } = reload;
  try {
    const sums = await readMetrics(port, metricsPath, [successMetric, timestampMetric], 5_000);
    const [success, loadedAt] = [sums.get(successMetric), sums.get(timestampMetric)];
    return success !== undefined && loadedAt !== undefined ? { success, loadedAt } : undefined;
  } catch {
    return undefined;
  }
}
