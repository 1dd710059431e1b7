// Supervises as an agent does, without the rest of one, until it is killed: `node agent-stand-in.ts <directory> <state> <seed>`.
// Says what it found as its first line. Starts "kept" once, and starts, replaces and stops "moved" without end.
import { ProcessSupervisor } from '../../../agent/supervise/process-supervisor.ts';
import { launchOf, now } from './scene.ts';

const [directory = '', state = '', seed = '1'] = process.argv.slice(2);
let chance = Number(seed);
const draw = (below: number) => {
  chance = (chance * 1_103_515_245 + 12_345) % 2 ** 31;
  return Math.floor((chance / 2 ** 31) * below);
};
const launch = (unit: string, digest: string) =>
  launchOf(directory, 'steady', { unit, digest, user: unit, argv: [digest], env: { UNIT: unit } });

const supervisor = new ProcessSupervisor({ directory: state, now });
await supervisor.recover();
process.stdout.write(`${JSON.stringify(Object.fromEntries(await supervisor.observe()))}\n`);
await supervisor.start(launch('kept', 'kept'));
for (;;) {
  if (draw(3) === 0) await supervisor.stop('moved', launch('moved', '').stop);
  else await supervisor.start(launch('moved', String(draw(4))));
  if (draw(4) === 0) await new Promise((resolve) => setTimeout(resolve, draw(20)));
}
