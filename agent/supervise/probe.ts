import type { IncomingMessage } from 'node:http';
import { messageOf } from '../../proto/fault.ts';
import type { Probe } from '../../proto/spec.ts';
import { askLoopback, type Door, NO_CREDENTIALS, type Present, urlOf } from './ask-loopback.ts';
import { MetricSums } from './metric-sums.ts';

const PROBE_TIMEOUT_MS = 5_000;
/** Of a page of metrics: big exporters answer with tens of megabytes. Nothing of it is kept. */
const METRICS_MAX_BYTES = 128 * 1024 * 1024;

/** Of a page of which only the status is asked. */
const UNREAD_MAX_BYTES = 8 * 1024 * 1024;

export interface ProbeResult {
  readonly ok: boolean;
  /** '' when it holds; else what was seen, for people. */
  readonly message: string;
}

/** Asks a unit on this host whether a probe holds. Never throws. */
export async function probeUnit(
  probe: Probe,
  timeoutMs = PROBE_TIMEOUT_MS,
  present: Present = NO_CREDENTIALS,
): Promise<ProbeResult> {
  const at = urlOf(probe);
  try {
    const { status, sums } = await read(probe, probe.metric ? [probe.metric] : [], timeoutMs, present);
    if (status !== probe.status) return { ok: false, message: `${at} answered ${status}, not ${probe.status}` };
    if (!probe.metric) return { ok: true, message: '' };
    const sum = sums.get(probe.metric);
    if (sum === undefined) return { ok: false, message: `${at} has no metric ${probe.metric}` };
    if (sum > probe.above) return { ok: true, message: '' };
    return { ok: false, message: `${probe.metric} is ${sum}, not above ${probe.above}` };
  } catch (error) {
    return { ok: false, message: `${at} does not answer: ${messageOf(error)}` };
  }
}

/**
 * The sum of each named metric over its series; a metric that is not there is not in the map.
 * @throws when there is no answer, or not 200.
 */
export async function readMetrics(
  door: Door,
  names: readonly string[],
  timeoutMs = PROBE_TIMEOUT_MS,
  present: Present = NO_CREDENTIALS,
): Promise<ReadonlyMap<string, number>> {
  const { status, sums } = await read(door, names, timeoutMs, present);
  if (status !== 200) throw new Error(`${urlOf(door)} answered ${status}`);
  return sums;
}

async function read(
  door: Door,
  names: readonly string[],
  timeoutMs: number,
  present: Present,
): Promise<{ status: number; sums: ReadonlyMap<string, number> }> {
  // The whole answer must be there by then: a timeout of the socket alone would wait for ever on one that trickles.
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await askLoopback(door, present, signal);
    return { status: answer.statusCode ?? 0, sums: await sumBody(answer, names) };
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Error(`no whole answer within ${timeoutMs / 1_000} s`, { cause: error });
  }
}

/** A program whose answer is broken off may complain of it, line by line. Nobody waits for the end, and there is one by the timeout. */
async function readAway(answer: IncomingMessage): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of answer) {
      bytes += (chunk as Buffer).length;
      if (bytes > UNREAD_MAX_BYTES) return;
    }
  } catch {
    // The status is known.
  }
}

async function sumBody(answer: IncomingMessage, names: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (names.length === 0) {
    void readAway(answer);
    return new Map();
  }
  const sums = new MetricSums(names);
  let bytes = 0;
  for await (const chunk of answer.setEncoding('latin1')) {
    bytes += (chunk as string).length;
    if (bytes > METRICS_MAX_BYTES) throw new Error(`its answer is longer than ${METRICS_MAX_BYTES} bytes`);
    sums.add(chunk as string);
  }
  return sums.end();
}
