// npm run fuzz -- [--rounds N] [--seed N] [--real N]: fleets that were right, with something changed in them. Of what is found right, every
// Nth is given to real programs of each version at hand, too.
import { parseArgs } from 'node:util';
import { machineArch } from '../support/real-releases.ts';
import { openRealJudge } from './real.ts';
import { mutantOf, openHosts, playRound } from './round.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    real: { type: 'string', default: '0' },
  },
});
const [rounds, first, share] = [Number(values.rounds), Number(values.seed), Number(values.real)];

await using life = new AsyncDisposableStack();
const fleet = life.use(openHosts(machineArch));
const real = share > 0 ? life.use(await openRealJudge(fleet)) : undefined;
const counts = { right: 0, failed: 0, accepted: 0, refused: 0 };
const began = performance.now();
for (let seed = first; seed < first + rounds; seed++) {
  try {
    if (!(await playRound(seed, fleet))) continue;
    counts.right++;
    if (real && counts.right % share === 0) counts[await real.judge(mutantOf(seed).folder, seed)]++;
  } catch (error) {
    counts.failed++;
    const said = error instanceof Error ? error.message : String(error);
    console.error(
      `seed ${seed}: FAILED\n${said}\nreplay: npm run fuzz -- --rounds 1 --seed ${seed} --real ${share && 1}\n`,
    );
  }
}
const { right, failed, accepted, refused } = counts;
const seconds = ((performance.now() - began) / 1000).toFixed(0);
console.log(
  `${rounds} folders in ${seconds} s: ${right} found right, ${rounds - right - failed} refused, ${failed} FAILED`,
);
if (real)
  console.log(
    `of those found right, real programs were asked about ${accepted + refused}: ${refused} refused in plan, ${accepted} started`,
  );
process.exitCode = failed ? 1 : 0;
