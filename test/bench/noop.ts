import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from '../../agent/agent.ts';
import { readFacts } from '../../agent/host-facts.ts';
import { layoutOf } from '../../agent/install/layout.ts';
import { openLog } from '../../agent/log.ts';
import { observe } from '../../agent/reconcile/observe.ts';
import { planHost } from '../../agent/reconcile/plan.ts';
import { openSupervisor } from '../../agent/supervise/open-supervisor.ts';
import type { QuickStart } from '../support/quick-start.ts';
import { percentile, type Row } from './figures.ts';

const PASSES = 300;

/** One look at a host where nothing is to be done, in this process, on the state of a real agent that was ended for it. */
export async function benchNoop(world: QuickStart): Promise<Row[]> {
  const pid = world.pidOf('agent');
  process.kill(pid, 'SIGTERM');
  while (existsSync(`/proc/${pid}`)) await sleep(20);
  const layout = layoutOf(`${world.home}/host`);
  using supervisor = openSupervisor({ layout, now: Date.now, supervisor: 'process' });
  const log = openLog('silent');
  const bring = () => {
    throw new Error('nothing is to be brought');
  };
  const agent = new Agent({
    layout,
    supervisor,
    bring,
    log,
    now: Date.now,
    ticks: () => performance.now(),
    chance: Math.random,
    facts: readFacts('process'),
  });
  await agent.recover();
  const took: number[] = [];
  for (let pass = 0; pass < PASSES; pass++) {
    const began = performance.now();
    const { wanted, observed } = await observe(agent.host, agent.wanted(), new Set(), undefined);
    const steps = wanted ? planHost(wanted, observed) : undefined;
    took.push(performance.now() - began);
    if (steps?.length !== 0) throw new Error(`a pass that should find nothing to do found ${JSON.stringify(steps)}`);
  }
  agent.host.prober[Symbol.dispose]();
  const back = await world.up();
  if (back.code !== 0) throw new Error(back.stdout + back.stderr);
  return [
    {
      what: `no-op reconcile of 2 units, p50 and p99 of ${PASSES}`,
      figure: `${percentile(took, 0.5).toFixed(2)} ms, ${percentile(took, 0.99).toFixed(2)} ms`,
      floor: '',
      goal: '',
      met: undefined,
    },
  ];
}
