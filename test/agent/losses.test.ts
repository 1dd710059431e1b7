import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { test } from 'vitest';
import { operate } from '../../agent/reconcile/operate.ts';
import type { Losses } from '../../proto/spec.ts';
import { freePorts } from '../support/free-port.ts';
import { AgentScene, fakeUnit } from './agent-scene.ts';

const HUGE = 2 ** 31;

/** A unit whose program counts what its `counters` file says. */
async function lossy(scene: AgentScene, { bytesEach = 1, bytesLeast = 0 }) {
  const [release, [port = 0]] = [await scene.release(), await freePorts(1)];
  const rescue = { leaves: 'snapshot.', sizeMetric: 'things', bytesEach, bytesLeast };
  const losses: Losses = {
    port,
    metricsPath: '/metrics',
    lostMetrics: ['lost_a', 'lost_b'],
    storedMetric: 'stored',
    directory: '{var}',
    rescue,
  };
  const data = `${scene.layout.var}/prometheus`;
  const counts = (text: string) => writeFileSync(`${data}/counters`, `things 1000000\n${text}\n`, { mode: 0o666 });
  const left = () => readdirSync(data).filter((name) => name.startsWith('snapshot.'));
  const unit = (label: string) => fakeUnit({ release, port, argv: [`--label=${label}`] }, { losses });
  return { unit, counts, left };
}

const restart = (scene: AgentScene, acceptLoss: boolean) =>
  operate(scene.agent.host, scene.agent.loop, scene.agent.wanted() ?? [], {
    id: '1',
    verb: 'restart',
    unit: 'prometheus',
    acceptLoss,
  });

test('what lost writes is unhealthy, is held back when it can’t be saved, and knows since when after the agent’s restart', async () => {
  await using scene = new AgentScene();
  const { unit, counts, left } = await lossy(scene, { bytesEach: HUGE });
  await scene.start({ glanceMs: 20 });
  await scene.want(unit('a'));
  await scene.untilDone();
  counts('lost_b 1\nstored 5\nsaves 1');
  const losing = await scene.until(({ loss }) => loss?.untilMs === 0);
  assert.deepEqual([losing.state, losing.message.split(' since ')[0]], ['unhealthy', 'nothing is stored']);
  counts('lost_b 1\nstored 6\nsaves 1');
  const stored = await scene.until(({ loss }) => loss !== undefined && loss.untilMs > 0);
  assert.match(stored.message, /^lost what came from .* stored again since\nit must not be stopped now: .*takes up to/);
  await scene.want(unit('b'));
  const held = await scene.until(({ message }) => message.startsWith('cannot stop prometheus now'));
  assert.deepEqual([held.pid, held.state, scene.report?.converged], [losing.pid, 'unhealthy', false]);
  await assert.rejects(restart(scene, false), /about to be replaced/);
  await new Promise((passed) => setTimeout(passed, 100));
  await scene.stop();
  await scene.start({ glanceMs: 20 });
  const adopted = await scene.until(({ loss }) => loss !== undefined);
  assert.deepEqual([adopted.pid, adopted.loss], [losing.pid, stored.loss]);
  counts('lost_b 0\nstored 1\nsaves 0');
  await restart(scene, true);
  const { pid, loss } = await scene.untilDone();
  assert.deepEqual([pid === losing.pid, loss, left()], [false, undefined, []]);
}, 60_000);

test.each([
  [true, /^$/],
  [false, /was stopped, and has not saved/],
])(
  'it is restarted once that is saved (%s), and a stop that saved nothing is told',
  async (saves, says) => {
    await using scene = new AgentScene();
    const { unit, counts, left } = await lossy(scene, {});
    const log: string[] = [];
    await scene.start({ glanceMs: 20 });
    scene.agent.reports.onChange(() => log.push(scene.report?.units[0]?.message ?? ''));
    await scene.want(unit('a'));
    await scene.untilDone();
    counts(`lost_a 2\nstored 5\nsaves ${Number(saves)}`);
    const { pid } = await scene.until(({ loss }) => loss?.untilMs === 0);
    await scene.want(unit('b'));
    const held = await scene.until(({ message }) => message.startsWith('cannot stop prometheus now'));
    assert.match(held.message, /could not start again/);
    counts(`lost_a 2\nstored 6\nsaves ${Number(saves)}`);
    await scene.until((now) => now.pid !== pid && now.pid > 0);
    assert.deepEqual(left(), saves ? [`snapshot.${pid}`] : []);
    assert.match(log.find((line) => line.includes('has not saved')) ?? '', says);
  },
  60_000,
);

test('it is not started where there is too little room to start without a loss', async () => {
  await using scene = new AgentScene();
  const { unit } = await lossy(scene, { bytesLeast: 2 ** 60 });
  await scene.start();
  await scene.want(unit('a'));
  const { message } = await scene.until(({ message }) => message.startsWith('cannot start prometheus now'));
  assert.match(message, /it needs \d+ MB, and \/.* \(.*\) has \d+ MB free\nmake room there/);
}, 60_000);
