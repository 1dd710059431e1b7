import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../support/free-port.ts';
import { processesBelow } from '../support/processes.ts';
import type { QuickStart } from '../support/quick-start.ts';
import { until } from './change.ts';
import { percentile, type Row } from './figures.ts';

const KILLS = 2;
/** After a minute up a unit's past is forgotten: each kill is an accident, not one more exit of a crash loop, which is paced. */
const BETWEEN_MS = 62_000;

/** A killed exporter, until it answers again, beyond what its program needs to start. */
export async function benchRestart(world: QuickStart): Promise<Row[]> {
  const own: number[] = [];
  const back: number[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    await sleep(BETWEEN_MS);
    const exporter = processesBelow(world.directory).find((one) => one.program.endsWith('/node_exporter'));
    if (!exporter) throw new Error('no node_exporter runs');
    own.push(await startAlone(exporter.program));
    const began = performance.now();
    process.kill(exporter.pid, 'SIGKILL');
    await until(async () => world.pidOf('node_exporter') !== exporter.pid && (await answers(world.ports.nodeExporter)));
    back.push(performance.now() - began);
  }
  const above = percentile(back, 1) - percentile(own, 0.5);
  return [
    {
      what: `killed exporter answers again, worst of ${KILLS}`,
      figure: `${percentile(back, 1).toFixed(0)} ms (${above.toFixed(0)} ms above)`,
      floor: `${percentile(own, 0.5).toFixed(0)} ms its own start`,
      goal: '≤ 1000 ms above',
      met: above <= 1000,
    },
  ];
}

async function startAlone(program: string): Promise<number> {
  const [port] = await freePorts(1);
  const began = performance.now();
  const alone = spawn(program, [`--web.listen-address=127.0.0.1:${port}`], { stdio: 'ignore' });
  try {
    await until(() => answers(port as number));
    return performance.now() - began;
  } finally {
    alone.kill('SIGKILL');
  }
}

const answers = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/metrics`).then(
    async (response) => (await response.text()).includes('node_exporter_build_info'),
    () => false,
  );
