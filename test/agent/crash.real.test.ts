import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { test as oneByOne } from 'vitest';
import { execute } from '../../agent/reconcile/execute.ts';
import { Fault } from '../../proto/fault.ts';
import type { UnitSpec } from '../../proto/spec.ts';
import { freePorts } from '../support/free-port.ts';
import { processesBelow } from '../support/processes.ts';
import { AgentScene, type FakeUnit, fakeUnit, loaded } from './agent-scene.ts';

const test = oneByOne.concurrent;
/** More than any of the stories below takes. */
const MOST_STEPS = 20;

/** An agent that dies, as it were, when it would take its nth step: that step is never done, and nothing after it. */
async function startMortal(scene: AgentScene, steps: number): Promise<{ isDead: () => boolean; end: Promise<void> }> {
  const end = Promise.withResolvers<void>();
  let taken = 0;
  await scene.start({
    execute: async (host, step, signal) => {
      if (taken++ < steps) return execute(host, step, signal);
      end.resolve();
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Fault('internal', 'dead'))));
    },
  });
  return { isDead: () => taken > steps, end: end.promise };
}

/** Brings a host from one unit to another with an agent that dies after every number of steps that there is. */
async function survive(
  scene: AgentScene,
  before: UnitSpec,
  after: UnitSpec,
  isThere: () => Promise<boolean>,
): Promise<number> {
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    await scene.start();
    await scene.want(before);
    await scene.untilDone();
    await scene.stop();
    const { isDead, end } = await startMortal(scene, steps);
    await scene.want(after);
    let isDone = false;
    const done = (async () => {
      while (!isDone && !isDead()) {
        isDone = scene.report?.converged === true && (await isThere());
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    await Promise.race([end, done]);
    await scene.stop();
    if (isDone) return steps;
    await scene.start();
    await scene.until((unit, report) => unit.state === 'ready' && report.converged);
    assert.ok(await isThere(), `after a death at step ${steps}`);
    assert.deepEqual(readdirSync(`${scene.layout.etc}/prometheus/.sets`).length, 1, 'a set was left behind');
    assert.equal(processesBelow(`${scene.home}/releases`).length, 1, 'not one process');
    await scene.stop();
  }
  throw new Error('it took too many steps');
}

const says = async (port: number, wanted: string): Promise<boolean> =>
  (await loaded(port).catch(() => undefined))?.config === `${wanted}\n`;

test('a death between any two steps of a first install is made good', async () => {
  for (let steps = 0; ; steps++) {
    assert.ok(steps < MOST_STEPS);
    await using scene = new AgentScene();
    const [release, [port]] = [await scene.release(), (await freePorts(1)) as [number]];
    const { isDead, end } = await startMortal(scene, steps);
    await scene.want(fakeUnit({ release, port }));
    await Promise.race([end, scene.untilDone()]);
    const pids = processesBelow(`${scene.home}/releases`).map(({ pid }) => pid);
    await scene.stop();
    await scene.start();
    const { pid } = await scene.untilDone();
    if (pids.length > 0) assert.deepEqual(pids, [pid], 'what ran kept its process');
    assert.deepEqual(
      processesBelow(`${scene.home}/releases`).map((process) => process.pid),
      [pid],
    );
    if (!isDead()) return;
  }
}, 60_000);

test('a death between any two steps of a config change is made good, and the program is never restarted', async () => {
  await using scene = new AgentScene();
  const [release, [port]] = [await scene.release(), (await freePorts(1)) as [number]];
  const unit = (config: string): FakeUnit => ({ release, port, config });
  await scene.start();
  await scene.want(fakeUnit(unit('one')));
  const { pid } = await scene.untilDone();
  await scene.stop();
  const steps = await survive(scene, fakeUnit(unit('one')), fakeUnit(unit('two')), () => says(port, 'two'));
  assert.ok(steps >= 4, `${steps} steps`);
  assert.deepEqual(
    processesBelow(`${scene.home}/releases`).map((process) => process.pid),
    [pid],
  );
}, 60_000);

test('a death between any two steps of an upgrade is made good', async () => {
  await using scene = new AgentScene();
  const [old, newer, [port]] = [await scene.release(), await scene.release('2.0.0'), (await freePorts(1)) as [number]];
  const isNew = async () => (await loaded(port).catch(() => undefined))?.label === 'new';
  const before = fakeUnit({ release: old, port, config: 'one' });
  const after = fakeUnit({ release: newer, port, config: 'two', argv: ['--label=new'] });
  const steps = await survive(scene, before, after, isNew);
  assert.ok(steps >= 5, `${steps} steps`);
}, 60_000);

test('a death between any two steps of a refused reload leaves the config that worked', async () => {
  await using scene = new AgentScene();
  const [release, [port]] = [await scene.release(), (await freePorts(1)) as [number]];
  for (let steps = 0; ; steps++) {
    assert.ok(steps < MOST_STEPS);
    await scene.start();
    await scene.want(fakeUnit({ release, port, config: `good ${steps}` }));
    const { pid } = await scene.untilDone();
    await scene.stop();
    const { isDead, end } = await startMortal(scene, steps);
    await scene.want(fakeUnit({ release, port, config: `bad ${steps}` }));
    const isBack = () =>
      scene.until(
        (unit) =>
          unit.message.includes('the previous one runs on') &&
          unit.loadedDigest === unit.configDigest &&
          !unit.activity,
      );
    await Promise.race([end, isBack()]);
    await scene.stop();
    if (!isDead()) return;
    await scene.start();
    assert.equal((await isBack()).pid, pid);
    assert.ok(await says(port, `good ${steps}`));
    await scene.stop();
  }
}, 60_000);

test('without its spec file an agent touches nothing, and says so', async () => {
  await using scene = new AgentScene();
  const [release, [port]] = [await scene.release(), (await freePorts(1)) as [number]];
  await scene.start();
  await scene.want(fakeUnit({ release, port }));
  const { pid } = await scene.untilDone();
  await scene.stop();
  writeFileSync(`${scene.layout.state}/spec.json`, '{"spec": {"revi');
  await scene.start();
  const unit = await scene.until(({ state }) => state !== 'absent');
  assert.equal(unit.pid, pid);
  assert.equal(scene.report?.revision.number, 0);
  assert.equal(scene.report?.problems[0]?.code, 'spec_unreadable');
  await scene.want(fakeUnit({ release, port }));
  assert.equal((await scene.untilDone()).pid, pid);
});
