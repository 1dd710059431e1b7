import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test as oneByOne } from 'vitest';
import { LaunchRecords } from '../../../agent/supervise/launch-record.ts';
import { identify, isAlive, readBootId } from '../../../agent/supervise/process-identity.ts';
import { eventually, look, now, openScene, supervise } from './scene.ts';

/** They mostly wait for real delays. */
const test = oneByOne.concurrent;

test('a new agent adopts what runs, sees it exit, and keeps the count', async () => {
  using scene = openScene();
  const first = await supervise(scene);
  await first.start(scene.launch('steady'));
  const { pid } = await look(first);
  first[Symbol.dispose]();
  using second = await supervise(scene);
  assert.equal((await look(second)).pid, pid);
  process.kill(pid, 'SIGKILL');
  const gone = await eventually(
    () => look(second),
    ({ state }) => state === 'backoff',
  );
  assert.equal(gone.lastExit, 'exited, code unknown');
  assert.equal(gone.restarts, 1);
  const back = await eventually(
    () => look(second),
    (seen) => seen.state === 'running' && seen.pid > 0,
  );
  await second.stop('unit', scene.launch('steady').stop);
  assert.throws(() => process.kill(back.pid, 0), { code: 'ESRCH' });
});

test('an exit while no agent was there is noticed', async () => {
  using scene = openScene();
  const first = await supervise(scene);
  await first.start(scene.launch('steady'));
  const { pid } = await look(first);
  first[Symbol.dispose]();
  process.kill(pid, 'SIGKILL');
  await eventually(
    () => identify(pid, readBootId()),
    (seen) => seen === undefined,
  );
  using second = await supervise(scene);
  assert.equal((await look(second)).lastExit, 'exited while the agent was away');
  assert.equal(
    (
      await eventually(
        () => look(second),
        ({ state }) => state === 'running',
      )
    ).restarts,
    1,
  );
});

test('a pid that someone else has now is neither adopted nor signalled', async () => {
  using scene = openScene();
  using bystander = await supervise(scene);
  await bystander.start(scene.launch('steady', { unit: 'bystander', user: 'bystander' }));
  const { pid } = await look(bystander, 'bystander');
  const mine = { ...scene, state: join(scene.directory, 'other') };
  const gone = await supervise(mine);
  await gone.start(scene.launch('steady'));
  await gone.stop('unit', scene.launch('steady').stop);
  gone[Symbol.dispose]();
  const records = new LaunchRecords(mine.state);
  const [record] = records.all();
  assert.ok(record);
  const bootId = readBootId();
  const real = identify(pid, bootId);
  assert.ok(real);
  for (const identity of [
    { ...real, startTicks: real.startTicks - 1 },
    { ...real, bootId: 'an earlier boot' },
  ]) {
    assert.equal(isAlive(identity, bootId), false);
    records.save({ ...record, identity, state: { name: 'stopping', from: now(), until: now(), kill: true } });
    using supervisor = await supervise(mine);
    await supervisor.stop('unit', { signal: 'SIGKILL', graceSeconds: 1, kill: true });
    assert.equal((await look(supervisor)).state, 'none');
    assert.ok(isAlive(real, bootId));
  }
});

test('after a reboot everything wanted is started, and nothing is blamed', async () => {
  using scene = openScene();
  const first = await supervise(scene);
  await first.start(scene.launch('steady'));
  const { pid } = await look(first);
  first[Symbol.dispose]();
  process.kill(pid, 'SIGKILL');
  const records = new LaunchRecords(scene.state);
  const [record] = records.all();
  assert.ok(record?.identity);
  records.save({ ...record, identity: { ...record.identity, bootId: 'an earlier boot' } });
  using second = await supervise(scene);
  const back = await look(second);
  assert.equal(back.state, 'running');
  assert.equal(back.restarts, 0);
});
