import assert from 'node:assert/strict';
import { test } from 'vitest';
import { describeLab, labOf } from './lab-host.ts';
import { MOMENTS, PowerCuts, showCut } from './power-cuts.ts';

// A short share of `npm run powercuts`, which cuts 20 times into each.
describeLab('power is cut', () => {
  test('in the middle of an install, a config switch, a unit rewrite, a renewal: the host becomes whole by itself', {
    timeout: 900_000,
  }, async () => {
    await using cuts = await PowerCuts.open(labOf(0), 1);
    for (const moment of MOMENTS) {
      for await (const cut of cuts.play(moment, [3])) assert.equal(cut.failure, '', showCut(cut));
    }
  });
});
