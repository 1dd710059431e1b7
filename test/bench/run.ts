// npm run bench [-- here|plan|hosts]: what promfleet costs and how fast it is, against a floor measured in the same run. Prints figures; fails
// nothing. "here" is the quick start on this machine, "plan" a controller with thousands of hosts in its store, "hosts" are booted ones; without
// a word all.
import { arch, cpus, release, totalmem } from 'node:os';
import { labIsMissing } from '../hosts/lab-host.ts';
import { QuickStart } from '../support/quick-start.ts';
import { realMirror } from '../support/real-releases.ts';
import { benchChange } from './change.ts';
import { printTable, type Row } from './figures.ts';
import { benchDownload, benchHosts } from './hosts.ts';
import { benchIdle } from './idle.ts';
import { benchNoop } from './noop.ts';
import { benchPlan } from './plan.ts';
import { benchRestart } from './restart.ts';
import { benchUp } from './up.ts';

const [only] = process.argv.slice(2);
console.log(
  `${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${arch()}, Linux ${release()}, Node ${process.version}\n`,
);
const rows: Row[] = [];
try {
  if (only === undefined || only === 'here') rows.push(...(await benchHere()));
  if (only === undefined || only === 'plan') rows.push(...(await benchPlan()));
  const missing = labIsMissing();
  if (missing) console.log(`no booted hosts: ${missing}`);
  else if (only === undefined || only === 'hosts') {
    await benchHosts(rows);
    rows.push(...benchDownload());
  }
} finally {
  printTable(rows);
}

async function benchHere(): Promise<Row[]> {
  await using mirror = await realMirror();
  await using world = await QuickStart.create();
  world.writeFleet(mirror.url);
  const measured: Row[] = [];
  for (const bench of [benchUp, benchIdle, benchChange, benchNoop, benchRestart])
    measured.push(...(await bench(world)));
  return measured;
}
