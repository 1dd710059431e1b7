import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test as oneByOne } from 'vitest';
import { confirmReload } from '../../../agent/reconcile/reload.ts';

const test = oneByOne.concurrent;
const NEVER = new AbortController().signal;

/** A program that shows the gauges which it is given. */
async function openProgram(success: number, loadedAt: number) {
  const gauges = { success, loadedAt };
  const server = createServer((_, response) => response.end(`ok ${gauges.success}\nat ${gauges.loadedAt}\n`));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const reload = { signal: 'SIGHUP', metricsPath: '/metrics', port, successMetric: 'ok', timestampMetric: 'at' };
  return {
    confirm: (onSignal: Partial<typeof gauges>, ms = 300) =>
      confirmReload(
        reload,
        { sendSignal: async () => void Object.assign(gauges, onSignal), listensOn: async () => true },
        NEVER,
        ms,
      ),
    [Symbol.dispose]: () => void server.close(),
  };
}

test('a reload is believed when its time moves, also to an earlier one by a clock that was set back', async () => {
  using program = await openProgram(1, 5_000);
  assert.equal(await program.confirm({ loadedAt: 5_001 }), true);
  assert.equal(await program.confirm({ loadedAt: 1_400 }), true);
});

test('a refusal is believed at once where the last reload had worked, and in the end where it had not', async () => {
  using program = await openProgram(1, 5_000);
  assert.equal(await program.confirm({ success: 0 }, 30_000), false);
  assert.equal(await program.confirm({ success: 0 }), false);
  assert.equal(await program.confirm({ success: 1, loadedAt: 5_002 }), true);
});

test('a program that took nothing and refused nothing has said nothing', async () => {
  using program = await openProgram(1, 5_000);
  await assert.rejects(program.confirm({}), /cannot tell .* its metrics did not move within 0.3 s/);
});
