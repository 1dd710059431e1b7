// npm run powercuts -- [--rounds N] [--seed N] [--hosts N] [--only install|config|unit|renewal]: power cuts at random moments of each, on
// booted hosts. A failing seed replays.
import { copyFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { endedBy, labIsMissing, labOf } from './lab-host.ts';
import { MOMENTS, type Moment, PowerCuts, showCut } from './power-cuts.ts';

const text = (usual: string) => ({ type: 'string', default: usual }) as const;
const { values } = parseArgs({
  options: { rounds: text('20'), seed: text('1'), hosts: text('4'), only: text(MOMENTS.join(',')) },
});
const missing = labIsMissing();
if (missing) throw new Error(`cannot cut the power of lab hosts: ${missing}`);
const [rounds, first] = [Number(values.rounds), Number(values.seed)];
const moments = values.only.split(',').map((name) => MOMENTS.find((one) => one === name) ?? refuse(name));
const seeds = Array.from({ length: rounds }, (_, index) => first + index);

function refuse(name: string): Moment {
  throw new Error(`cannot cut power during ${name}: it is one of ${MOMENTS.join(', ')}`);
}

const began = performance.now();
const lines: string[] = [];
await using cuts = await PowerCuts.open(labOf(0), Math.min(Number(values.hosts), rounds));
endedBy(() => cuts[Symbol.asyncDispose]());
let [failed, inTheMiddle] = [0, 0];
for (const moment of moments) {
  let whole = 0;
  for await (const cut of cuts.play(moment, seeds)) {
    console.log(showCut(cut));
    if (cut.failure) failed++;
    else whole++;
    if (cut.inTheMiddle) inTheMiddle++;
  }
  lines.push(`${moment}: ${whole} of ${rounds} whole again`);
}
console.log(
  `${lines.join('; ')}; ${inTheMiddle} cut in the middle; ${Math.round((performance.now() - began) / 1000)} s`,
);
if (failed > 0) {
  copyFileSync(cuts.log, '/tmp/promfleet-powercuts.log');
  console.log('The controller’s log: /tmp/promfleet-powercuts.log');
}
process.exitCode = failed ? 1 : 0;
