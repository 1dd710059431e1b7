import assert from 'node:assert/strict';
import { test } from 'vitest';
import { machineArch } from '../support/real-releases.ts';
import { CORPUS } from './corpus.ts';
import { openRealJudge } from './real.ts';
import { mutantOf, openHosts, playRound } from './round.ts';

// A short share of `npm run fuzz -- --real 1`.
const SEEDS = Array.from({ length: 20 }, (_, index) => 7000 + index);

test('what is accepted starts: real programs of every version refuse nothing of it', { timeout: 600_000 }, async () => {
  using fleet = openHosts(machineArch);
  await using real = await openRealJudge(fleet);
  // Of Thanos there is no Debian package, so none at hand.
  for (const folder of CORPUS.filter(({ name }) => name !== 'thanos')) {
    for (const version of [0, 1, 2]) assert.equal(await real.judge(folder, version), 'accepted', folder.name);
  }
  for (const seed of SEEDS) if (await playRound(seed, fleet)) await real.judge(mutantOf(seed).folder, seed);
});
