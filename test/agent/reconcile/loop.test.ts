import assert from 'node:assert/strict';
import { test } from 'vitest';
import { Loop, type LoopHost } from '../../../agent/reconcile/loop.ts';
import { NO_CONFIG, NO_PROCESS } from '../../../agent/reconcile/observed.ts';
import type { Progress } from '../../../agent/reconcile/progress.ts';
import { Wake } from '../../../agent/reconcile/wake.ts';
import { wantedUnits } from '../../../agent/reconcile/wanted.ts';
import { NO_RECORD } from '../../../agent/state/unit-record.ts';
import type { ObservedProcess } from '../../../agent/supervise/supervisor.ts';
import { Fault } from '../../../proto/fault.ts';
import type { UnitSpec } from '../../../proto/spec.ts';
import { eventually } from '../../support/eventually.ts';
import { someUnit } from '../../support/unit-specs.ts';
import { quiet } from '../agent-scene.ts';

const wantedWith = (slow: Partial<UnitSpec>) =>
  wantedUnits({
    revision: { epoch: 1, number: 1 },
    units: [someUnit({ name: 'slow', files: [], ...slow }), someUnit({ name: 'quick', files: [] })],
  });
const unit = { program: NO_PROCESS, config: NO_CONFIG, record: NO_RECORD };

/** A loop over a host on which no step ever changes anything; `execute` says how it ends. */
function openLoop(execute: LoopHost['execute'], slow: Partial<UnitSpec> = {}, programOf = () => NO_PROCESS) {
  const wanted = wantedWith(slow);
  const seen: ReadonlyMap<string, Progress>[] = [];
  const steps: string[] = [];
  const host: LoopHost = {
    look: async () => ({
      wanted,
      observed: {
        releases: new Set(),
        units: new Map([
          ['slow', { ...unit, program: programOf() }],
          ['quick', unit],
        ]),
      },
      readiness: new Map(),
      losses: new Map(),
      lastLines: new Map(),
      isHeld: false,
      tlsDigest: '',
    }),
    execute: (step, signal) => {
      steps.push('wanted' in step ? step.wanted.unit.name : step.unit);
      return execute(step, signal);
    },
    report: (_, progress) => seen.push(new Map(progress)),
    settled: async () => undefined,
  };
  const ending = new AbortController();
  const loop = new Loop(host, new Wake(), { now: Date.now, chance: () => 0, log: quiet });
  const running = loop.run(ending.signal);
  return {
    loop,
    steps,
    of: (name: string) => seen.at(-1)?.get(name),
    async [Symbol.asyncDispose]() {
      ending.abort();
      await running;
    },
  };
}

test('a step that ends well and changes nothing counts as stuck, and is tried ever less often', async () => {
  await using scene = openLoop(() => Promise.resolve());
  await eventually(() =>
    assert.match(scene.of('quick')?.failure?.message ?? '', /the step “install” brings it no further/),
  );
  await new Promise((resolve) => setTimeout(resolve, 700));
  const tries = scene.steps.filter((name) => name === 'quick').length;
  assert.ok(tries >= 2 && tries <= 4, `${tries} tries`);
});

test('one unit’s step never waits for another’s, and none has two at once', async () => {
  const gate = Promise.withResolvers<void>();
  let [atOnce, most] = [0, 0];
  await using scene = openLoop(async (step) => {
    const isSlow = 'wanted' in step && step.wanted.unit.name === 'slow';
    if (!isSlow) throw new Fault('unavailable', 'cannot do that yet');
    most = Math.max(most, ++atOnce);
    await gate.promise;
    atOnce--;
  });
  await eventually(() => assert.ok(scene.steps.filter((name) => name === 'quick').length >= 3, scene.steps.join()));
  assert.deepEqual([scene.steps.filter((name) => name === 'slow').length, most], [1, 1]);
  assert.equal(scene.of('quick')?.failure?.message, 'cannot do that yet');
  assert.equal(scene.of('slow')?.busy, 'install');
  await assert.rejects(
    scene.loop.exclusively('slow', () => Promise.resolve()),
    /cannot touch slow now/,
  );
  gate.resolve();
});

test('why it would not stop is said for as long as it does not', async () => {
  let program: ObservedProcess = { ...NO_PROCESS, state: 'running', pid: 1 };
  const execute: LoopHost['execute'] = async (step, signal) => {
    if (step.kind !== 'stop') return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
    program = { ...program, state: 'stopping' };
    throw new Fault('unavailable', 'cannot stop slow: process 1 is still there');
  };
  await using scene = openLoop(execute, { stopped: true }, () => program);
  await eventually(() => assert.match(scene.of('slow')?.failure?.message ?? '', /still there/));
  scene.loop.retryNow();
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.match(scene.of('slow')?.failure?.message ?? '', /still there/);
  assert.deepEqual(scene.steps.filter((name) => name === 'slow').length, 1);
});

test('what failed for want of something is tried at once when that is there', async () => {
  let isThere = false;
  await using scene = openLoop(() =>
    isThere ? new Promise((_, reject) => setTimeout(reject, 300)) : Promise.reject(new Fault('unavailable', 'no')),
  );
  await eventually(() => assert.ok((scene.of('quick')?.attempt ?? 0) >= 3));
  isThere = true;
  const before = scene.steps.length;
  scene.loop.retryNow();
  await eventually(() => assert.ok(scene.steps.length > before), 200);
});
