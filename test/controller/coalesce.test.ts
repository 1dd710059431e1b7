import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'vitest';
import { coalesce } from '../../controller/coalesce.ts';

test('asked for many times while it runs, it runs once more and never twice at once', async () => {
  let running = 0;
  let most = 0;
  let runs = 0;
  const ask = coalesce(
    async () => {
      most = Math.max(most, ++running);
      runs++;
      await sleep(20);
      running--;
    },
    (error) => assert.fail(String(error)),
  );
  for (let i = 0; i < 10; i++) ask();
  await sleep(5);
  for (let i = 0; i < 10; i++) ask();
  await sleep(100);
  assert.deepEqual({ most, runs }, { most: 1, runs: 2 });
});

test('after a failure it can be asked for again', async () => {
  const failures: unknown[] = [];
  const ask = coalesce(
    () => Promise.reject(new Error('no')),
    (error) => failures.push(error),
  );
  ask();
  await sleep(5);
  ask();
  await sleep(5);
  assert.equal(failures.length, 2);
});
