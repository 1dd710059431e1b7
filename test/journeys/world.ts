import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HostView, StatusView, UnitView } from '../../controller/http/views.ts';
import type { Outcome, QuickStart } from '../support/quick-start.ts';

/** Tries now and then until `check` no longer throws: what it asks is a real program each time. */
export async function soon<T>(check: () => T | Promise<T>, withinMs = 10_000): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(100);
    }
  }
}

export const statusOf = (fleet: QuickStart): Promise<StatusView> => fleet.get<StatusView>('/v1/status');

/** The first host: the one that the quick start itself enrolled, unless another name is said. */
export async function hostOf(fleet: QuickStart, name?: string): Promise<HostView> {
  const { hosts } = await statusOf(fleet);
  const host = name === undefined ? hosts[0] : hosts.find((one) => one.name === name);
  assert.ok(host, `there is no host ${name ?? ''}`);
  return host;
}

export async function unitOf(fleet: QuickStart, unit: string, host?: string): Promise<UnitView> {
  const found = (await hostOf(fleet, host)).units.find(({ name }) => name === unit);
  assert.ok(found, `there is no unit ${unit}`);
  return found;
}

export async function converged(fleet: QuickStart): Promise<void> {
  const status = await statusOf(fleet);
  assert.ok(status.converged, JSON.stringify(status.hosts));
}

export function succeeds({ code, stdout, stderr }: Outcome): string {
  assert.equal(code, 0, stdout + stderr);
  return stdout;
}

export function fails({ code, stdout, stderr }: Outcome): string {
  assert.notEqual(code, 0, `it succeeded:\n${stdout}${stderr}`);
  return stderr;
}

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, string])[];
}

/** The samples of a selector over the last seconds, as Prometheus stored them. */
export async function samplesOf(fleet: QuickStart, selector: string, seconds: number): Promise<readonly Series[]> {
  const query = encodeURIComponent(`${selector}[${seconds}s]`);
  const answer = await fetch(`http://127.0.0.1:${fleet.ports.prometheus}/api/v1/query?query=${query}`);
  return ((await answer.json()) as { data: { result: Series[] } }).data.result;
}

/** What Prometheus scrapes, by its own account: `job instance health`. */
export async function targetsOf(fleet: QuickStart): Promise<string[]> {
  const answer = await fetch(`http://127.0.0.1:${fleet.ports.prometheus}/api/v1/targets?state=active`);
  const { data } = (await answer.json()) as {
    data: { activeTargets: { labels: Record<string, string>; health: string }[] };
  };
  return data.activeTargets.map(({ labels, health }) => `${labels['job']} ${labels['instance']} ${health}`).toSorted();
}
