import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'vitest';
import { LaunchRecords } from '../../../agent/supervise/launch-record.ts';
import { newRecord } from '../../../agent/supervise/supervised-process.ts';
import { openScene, supervise } from './scene.ts';

test('a record that a failing disk spoiled keeps no agent from starting, and no other unit from being known', async () => {
  using scene = openScene();
  const records = new LaunchRecords(scene.state);
  assert.deepEqual(records.all(), []);
  records.save(newRecord(scene.launch('steady', { unit: 'sound' })));
  writeFileSync(`${scene.state}/spoiled.json`, '{"launch":');
  assert.deepEqual(
    records.all().map(({ launch }) => launch.unit),
    ['sound'],
  );
  using supervisor = await supervise(scene);
  assert.deepEqual([...(await supervisor.observe()).keys()], ['sound']);
});
