import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { QuickStart } from '../support/quick-start.ts';
import { percentile, type Row } from './figures.ts';

const CHANGES = 40;
const RELOADED = /^prometheus_config_last_reload_success_timestamp_seconds (\S+)$/m;

/** From `apply` to the reload that Prometheus confirms, beyond what Prometheus itself needs for one. */
export async function benchChange(world: QuickStart): Promise<Row[]> {
  const own: number[] = [];
  const whole: number[] = [];
  for (let change = 1; change <= CHANGES; change++) {
    own.push(await reloadAlone(world));
    world.write({
      'rules/up.yml': `groups: [{ name: up, rules: [{ record: "up:count${change}", expr: "count(up)" }] }]\n`,
    });
    const began = performance.now();
    const applied = world.run('apply', '-f', world.folder, '--yes');
    await until(async () => (await rules(world)).includes(`"up:count${change}"`));
    whole.push(performance.now() - began);
    assert.equal((await applied).code, 0);
  }
  const beyond = (p: number) => percentile(whole, p) - percentile(own, 0.5);
  const ms = (n: number) => `${n.toFixed(0)} ms`;
  return [
    {
      what: `config change, typed apply to reload, p50 of ${CHANGES}`,
      figure: `${ms(percentile(whole, 0.5))} (${ms(beyond(0.5))} above)`,
      floor: `${ms(percentile(own, 0.5))} Prometheus's own reload`,
      goal: '≤ 500 ms above',
      met: beyond(0.5) <= 500,
    },
    {
      what: `config change, typed apply to reload, p99 of ${CHANGES}`,
      figure: `${ms(percentile(whole, 0.99))} (${ms(beyond(0.99))} above)`,
      floor: `${ms(percentile(own, 0.99))} Prometheus's own reload`,
      goal: '≤ 1500 ms above',
      met: beyond(0.99) <= 1500,
    },
  ];
}

const page = async (world: QuickStart, path: string) =>
  (await fetch(`http://127.0.0.1:${world.ports.prometheus}${path}`)).text();
const rules = (world: QuickStart) => page(world, '/api/v1/rules');
const reloadedAt = async (world: QuickStart) => RELOADED.exec(await page(world, '/metrics'))?.[1];

/** SIGHUP by hand until Prometheus says that it has reloaded. */
async function reloadAlone(world: QuickStart): Promise<number> {
  const before = await reloadedAt(world);
  const began = performance.now();
  process.kill(world.pidOf('prometheus'), 'SIGHUP');
  await until(async () => (await reloadedAt(world)) !== before);
  return performance.now() - began;
}

export async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(2);
}
