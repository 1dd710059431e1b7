// npm run chaos -- [--rounds N] [--seed N]: kill -9 at random moments of a first install and of a config change, with real binaries.
import { parseArgs } from 'node:util';
import { realMirror } from '../support/real-releases.ts';
import { playRound } from './round.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '50' }, seed: { type: 'string', default: '1' } },
});
const [rounds, first] = [Number(values.rounds), Number(values.seed)];

await using mirror = await realMirror();
const newest = (component: string) => mirror.versions[component]?.[0] ?? '';
const versions = { prometheus: newest('prometheus'), nodeExporter: newest('node_exporter') };
console.log(
  `${rounds} rounds from seed ${first}, Prometheus ${versions.prometheus}, node_exporter ${versions.nodeExporter}`,
);

let failed = 0;
let struck = 0;
for (let seed = first; seed < first + rounds; seed++) {
  try {
    const { install, change, tookMs } = await playRound(seed, mirror.url, versions, (line) => console.log(`  ${line}`));
    struck += [install, change].filter((blow) => blow.victim !== undefined).length;
    console.log(`seed ${seed}: ok in ${(tookMs / 1000).toFixed(1)} s`);
  } catch (error) {
    failed++;
    console.error(
      `seed ${seed}: FAILED\n${error instanceof Error ? error.message : String(error)}\nreplay: npm run chaos -- --rounds 1 --seed ${seed}`,
    );
  }
}
console.log(`${rounds - failed} rounds passed, ${failed} failed, ${struck} processes killed`);
process.exitCode = failed ? 1 : 0;
