// npm run fuzz -- [--rounds N] [--seed N]: fleets that were right, with something changed in them.
import { parseArgs } from 'node:util';
import { openHosts, playRound } from './round.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } },
});
const [rounds, first] = [Number(values.rounds), Number(values.seed)];

using fleet = openHosts();
let failed = 0;
let right = 0;
const began = performance.now();
for (let seed = first; seed < first + rounds; seed++) {
  try {
    if (await playRound(seed, fleet)) right++;
  } catch (error) {
    failed++;
    console.error(
      `seed ${seed}: FAILED\n${error instanceof Error ? error.message : String(error)}\nreplay: npm run fuzz -- --rounds 1 --seed ${seed}\n`,
    );
  }
}
const seconds = ((performance.now() - began) / 1000).toFixed(0);
console.log(
  `${rounds} folders in ${seconds} s: ${right} found right, ${rounds - right - failed} refused, ${failed} FAILED`,
);
process.exitCode = failed ? 1 : 0;
