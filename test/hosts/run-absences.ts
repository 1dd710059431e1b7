// npm run absences -- [--minutes N] [--only cable,controller,clock]: a cable is cut for so long, the controller is gone for so long, and the
// clocks of controller and agents move on by 29 days, on booted hosts. No unit restarts, and no scrape is missing.
import { parseArgs } from 'node:util';
import { ABSENCES, Absences } from './absences.ts';
import { endedBy, labIsMissing, labOf } from './lab-host.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    only: { type: 'string', default: ABSENCES.join(',') },
  },
});
const missing = labIsMissing();
if (missing) throw new Error(`cannot boot lab hosts: ${missing}`);
const chosen = ABSENCES.filter((one) => values.only.split(',').includes(one));

await using absences = await Absences.open(labOf(0));
endedBy(() => absences[Symbol.asyncDispose]());
for (const absence of chosen) console.log(await absences.play(absence, Number(values.minutes)));
