import { test } from 'vitest';
import { realMirror } from '../support/real-releases.ts';
import { playRound } from './round.ts';

// A short share of `npm run chaos`, which plays 50 of these.
const SEEDS = [1, 2, 3];

test('kill -9 at random moments of an install and of a change: it converges', { timeout: 400_000 }, async () => {
  await using mirror = await realMirror();
  const newest = (component: string) => mirror.versions[component]?.[0] ?? '';
  const versions = { prometheus: newest('prometheus'), nodeExporter: newest('node_exporter') };
  for (const seed of SEEDS) await playRound(seed, mirror.url, versions);
});
