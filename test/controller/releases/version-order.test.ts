import assert from 'node:assert/strict';
import { test } from 'vitest';
import { compareVersions, isPrerelease } from '../../../controller/releases/version-order.ts';

test('versions are ordered by number, pre-releases before what they lead to', () => {
  const ordered = ['0.9', '1.9.0', '1.10.0', '2.53.5', '3.0.0-beta.1', '3.0.0-rc.2', '3.0.0-rc.10', '3.0.0', '3.4.0'];
  assert.deepEqual(ordered.toReversed().toSorted(compareVersions), ordered);
});

test('how a source was repacked does not count', () => {
  assert.equal(compareVersions('2.53.3+ds1', '2.53.3'), 0);
});

test('candidates, betas and snapshots are pre-releases, repacked sources are not', () => {
  assert.deepEqual(['3.0.0-rc.1', '1.x-rc', '0.0-git2021'].filter(isPrerelease).length, 3);
  assert.deepEqual(['3.0.0', '2.53.3+ds1'].filter(isPrerelease), []);
});
