// npm run bench: what promfleet costs and how fast it is, against a floor measured in the same run. Prints figures; fails nothing.
import { arch, cpus, release, totalmem } from 'node:os';
import { QuickStart } from '../support/quick-start.ts';
import { realMirror } from '../support/real-releases.ts';
import { benchChange } from './change.ts';
import { printTable, type Row } from './figures.ts';
import { benchIdle } from './idle.ts';
import { benchNoop } from './noop.ts';
import { benchRestart } from './restart.ts';
import { benchUp } from './up.ts';

await using mirror = await realMirror();
await using world = await QuickStart.create();
world.writeFleet(mirror.url);

console.log(
  `${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${arch()}, Linux ${release()}, Node ${process.version}\n`,
);
const rows: Row[] = [];
for (const bench of [benchUp, benchIdle, benchChange, benchNoop, benchRestart]) rows.push(...(await bench(world)));
printTable(rows);
