import assert from 'node:assert/strict';
import { test } from 'vitest';
import { every } from '../../controller/web/every.ts';

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const HOUR_MS = 3_600_000;

test('a job that is asked for all the time still runs, and never twice at once', async () => {
  let running = 0;
  let runs = 0;
  let overlaps = 0;
  const sooner = every(
    HOUR_MS,
    async () => {
      running += 1;
      if (running > 1) overlaps += 1;
      await wait(5);
      running -= 1;
      runs += 1;
    },
    20,
  );
  const began = performance.now();
  for (let i = 0; i < 40; i += 1) {
    sooner();
    await wait(5);
  }
  // On a machine that is busy the same asking takes longer.
  const most = (performance.now() - began) / 20 + 2;
  await wait(60);
  assert.equal(overlaps, 0);
  assert.ok(runs >= 4 && runs <= most, `it ran ${runs} times, and ${most} are the most`);
  const before = runs;
  await wait(60);
  assert.equal(runs, before, 'nobody asked');
});

test('a job that fails is run again all the same', async () => {
  let runs = 0;
  every(
    HOUR_MS,
    async () => {
      runs += 1;
      throw new Error('no');
    },
    5,
  )();
  await wait(60);
  assert.equal(runs, 2);
});
