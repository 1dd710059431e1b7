import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
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
