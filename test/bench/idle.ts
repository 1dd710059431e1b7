import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { QuickStart } from '../support/quick-start.ts';
import { cpuSecondsOf, memoryOf, type Row } from './figures.ts';

const SETTLE_MS = 30_000;
const WATCH_MS = 60_000;

/** What the agent costs when nothing happens, against a Node process that does nothing at all, side by side. */
export async function benchIdle(world: QuickStart): Promise<Row[]> {
  const bare = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  try {
    await sleep(SETTLE_MS);
    const agent = world.pidOf('agent');
    const before = cpuSecondsOf(agent);
    await sleep(WATCH_MS);
    const cpu = ((cpuSecondsOf(agent) - before) / (WATCH_MS / 1000)) * 100;
    const [mine, floor] = [memoryOf(agent), memoryOf(bare.pid as number)];
    const ratio = mine.residentMiB / floor.residentMiB;
    const mib = (n: number) => `${n.toFixed(1)} MiB`;
    return [
      {
        what: 'agent, idle with 2 units: resident memory',
        figure: `${mib(mine.residentMiB)} (${ratio.toFixed(2)}×)`,
        floor: `${mib(floor.residentMiB)} bare Node`,
        goal: '≤ 1.6×',
        met: ratio <= 1.6,
      },
      {
        what: 'agent, idle with 2 units: private memory',
        figure: mib(mine.privateMiB),
        floor: `${mib(floor.privateMiB)} bare Node`,
        goal: '',
        met: undefined,
      },
      {
        what: `agent, idle with 2 units: CPU over ${WATCH_MS / 1000} s`,
        figure: `${cpu.toFixed(3)} % of a core`,
        floor: '0',
        goal: '≤ 0.05 %',
        met: cpu <= 0.05,
      },
    ];
  } finally {
    bare.kill('SIGKILL');
  }
}
