import assert from 'node:assert/strict';
import { test } from 'vitest';
import { CORPUS } from './corpus.ts';
import { judge } from './judge.ts';
import { openHosts, playRound } from './round.ts';

// A short share of `npm run fuzz`, which plays 10,000 of these.
const SEEDS = Array.from({ length: 60 }, (_, index) => index + 1);

test('fleets with something changed in them: no crash, no finding without a place, the same twice', {
  timeout: 120_000,
}, async () => {
  using fleet = openHosts();
  for (const folder of CORPUS) assert.equal(await judge(folder, fleet), true, `${folder.name} is right`);
  const right = [];
  for (const seed of SEEDS) if (await playRound(seed, fleet)) right.push(seed);
  assert.ok(right.length > SEEDS.length / 10 && right.length < SEEDS.length * 0.9, `${right.length} of them are right`);
});
