import type { Losses } from '../../proto/spec.ts';
import type { Present } from '../supervise/ask-loopback.ts';
import { listensOn } from '../supervise/port-owner.ts';
import { readMetrics } from '../supervise/probe.ts';
import type { ObservedProcess } from '../supervise/supervisor.ts';
import type { Counted } from './loss.ts';

/** What a running program itself counts. Undefined when it does not say: its probes tell of that. */
export async function countLosses(
  process: string,
  { pid }: ObservedProcess,
  losses: Losses,
  now: () => number,
  present: Present,
): Promise<Counted | undefined> {
  const { port, metricsPath, lostMetrics, storedMetric, rescue, tls } = losses;
  const sizeMetric = rescue?.sizeMetric ?? '';
  if (!listensOn(pid, port)) return undefined;
  try {
    const names = [...lostMetrics, storedMetric, ...(rescue ? [sizeMetric] : [])];
    const sums = await readMetrics({ port, path: metricsPath, tls }, names, undefined, present);
    const sum = (name: string): number => sums.get(name) ?? 0;
    const lost = lostMetrics.reduce((all, name) => all + sum(name), 0);
    return { process, lost, stored: sum(storedMetric), size: sum(sizeMetric), atMs: now() };
  } catch {
    return undefined;
  }
}
