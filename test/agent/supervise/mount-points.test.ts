import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { MountPoints } from '../../../agent/supervise/mount-points.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

test('a mount point goes with the last unit that needs it, and what was there before it stays', () => {
  using directory = temporaryDirectory();
  const at = (path: string) => join(directory.path, path);
  mkdirSync(at('share'));
  const points = new MountPoints(directory.path);
  points.make('am', [at('share/prometheus/alertmanager')]);
  points.make('am', [at('share/prometheus/alertmanager')]);
  points.make('push', [at('share/prometheus/pushgateway')]);
  assert.ok(existsSync(at('share/prometheus/alertmanager')));
  new MountPoints(directory.path).remove('am');
  assert.ok(!existsSync(at('share/prometheus/alertmanager')));
  assert.ok(existsSync(at('share/prometheus/pushgateway')));
  new MountPoints(directory.path).remove('push');
  assert.ok(!existsSync(at('share/prometheus')));
  assert.ok(existsSync(at('share')));
});

test('a mount point that someone filled is left to them', () => {
  using directory = temporaryDirectory();
  const points = new MountPoints(directory.path);
  const path = join(directory.path, 'share/am');
  points.make('am', [path]);
  writeFileSync(join(path, 'theirs'), '');
  points.remove('am');
  assert.ok(existsSync(join(path, 'theirs')));
});

test('one that can’t be made is said, with where it would be', () => {
  using directory = temporaryDirectory();
  writeFileSync(join(directory.path, 'share'), '');
  const points = new MountPoints(directory.path);
  const path = join(directory.path, 'share/am');
  assert.throws(() => points.make('am', [path]), {
    code: 'unavailable',
    message: new RegExp(`looks for files in ${path}`),
  });
});
