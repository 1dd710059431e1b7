import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { SystemdUnitFiles } from '../../../agent/supervise/systemd-unit-file.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

test('a unit file is known again, and known to be changed', () => {
  using directory = temporaryDirectory();
  const files = new SystemdUnitFiles(directory.path, directory.path);
  assert.equal(files.write('a', 'one', '[Unit]\n'), true);
  assert.equal(files.write('a', 'one', '[Unit]\n'), false);
  assert.equal(files.launchDigest('a'), 'one');
  assert.deepEqual(files.units(), ['a']);
  appendFileSync(files.path('a'), 'OOMPolicy=kill\n');
  assert.equal(files.launchDigest('a'), '');
  assert.deepEqual(files.units(), ['a']);
  assert.equal(files.write('a', 'two', '[Unit]\n'), true);
  assert.equal(files.launchDigest('a'), 'two');
  files.remove('a');
  assert.deepEqual(files.units(), []);
});

test('a unit file of someone else is neither written, nor listed, nor removed', () => {
  using directory = temporaryDirectory();
  const files = new SystemdUnitFiles(directory.path, directory.path);
  const path = join(directory.path, 'theirs.service');
  writeFileSync(path, '[Unit]\n');
  assert.throws(() => files.write('theirs', 'one', '[Unit]\n'), { code: 'conflict' });
  files.remove('theirs');
  assert.deepEqual(files.units(), []);
  assert.equal(readFileSync(path, 'utf8'), '[Unit]\n');
});

test('slowing a unit down is new once', () => {
  using directory = temporaryDirectory();
  const files = new SystemdUnitFiles(directory.path, directory.path);
  assert.equal(files.slowDown('a', false), false);
  assert.equal(files.slowDown('a', true), true);
  assert.equal(files.slowDown('a', true), false);
  assert.match(readFileSync(join(directory.path, 'a.service.d/promfleet-slow.conf'), 'utf8'), /^RestartSec=60s$/m);
  assert.equal(files.slowDown('a', false), true);
});

test('of two agents on one host each has its own units, and the other one’s users stay', () => {
  using directory = temporaryDirectory();
  const homes = ['a', 'b'].map((name) => join(directory.path, name, 'agent'));
  const [ours, theirs] = homes.map((state) => {
    mkdirSync(state, { recursive: true });
    return new SystemdUnitFiles(directory.path, directory.path, { state, knows: () => false });
  }) as [SystemdUnitFiles, SystemdUnitFiles];
  ours.write('node', 'one', '[Service]\nUser=node\n');
  assert.deepEqual([ours.units(), ours.launchDigest('node')], [['node'], 'one']);
  assert.deepEqual([theirs.units(), theirs.launchDigest('node')], [[], '']);
  theirs.remove('node');
  assert.throws(() => theirs.write('node', 'two', '[Unit]\n'), {
    code: 'conflict',
    message: `cannot manage node: ${ours.path('node')} is of another agent, whose state is in ${homes[0]}`,
  });
  assert.deepEqual([ours.units(), [...theirs.users()]], [['node'], ['node']]);
  // Another name of the same directory is no other agent's.
  symlinkSync(homes[0] as string, join(directory.path, 'link'));
  const state = join(directory.path, 'link');
  assert.deepEqual(new SystemdUnitFiles(directory.path, directory.path, { state, knows: () => false }).units(), [
    'node',
  ]);
});

test('a file that names no agent, or one that moved, is of the agent that knows the unit', () => {
  using directory = temporaryDirectory();
  const of = (state: string, known = '') =>
    new SystemdUnitFiles(directory.path, directory.path, { state, knows: (unit) => unit === known }).units();
  new SystemdUnitFiles(directory.path, directory.path).write('old', 'one', '[Unit]\n');
  assert.deepEqual([of('/h/agent'), of('/h/agent', 'old'), of('/var/lib/promfleet-agent')], [[], ['old'], ['old']]);
  const moved = { state: join(directory.path, 'gone'), knows: () => false };
  new SystemdUnitFiles(directory.path, directory.path, moved).write('moved', 'one', '[Unit]\n');
  assert.deepEqual([of('/h/agent'), of('/h/agent', 'moved')], [[], ['moved']]);
});
