import assert from 'node:assert/strict';
import { test } from 'vitest';
import { changesInventory, reportFingerprint, unitChanges } from '../../../controller/sessions/changes.ts';
import type { UnitState } from '../../../proto/report.ts';
import { facts, hostReport, unitReport } from '../../support/samples.ts';

const changes = (from: UnitState | undefined, to: UnitState | undefined, message = '') =>
  unitChanges(
    from && hostReport({ units: [unitReport({ state: from })] }),
    hostReport({ units: to ? [unitReport({ state: to, message })] : [] }),
  );

test('only what an operator wants to be told of is an event', () => {
  assert.deepEqual(changes('starting', 'ready'), [{ unit: 'prometheus', message: 'ready, was starting' }]);
  assert.deepEqual(changes('ready', 'failed', 'port 9090 is taken'), [
    { unit: 'prometheus', message: 'failed, was ready: port 9090 is taken' },
  ]);
  assert.deepEqual(changes('backoff', 'starting'), [{ unit: 'prometheus', message: 'starting, was backoff' }]);
  assert.deepEqual(changes(undefined, 'ready'), [{ unit: 'prometheus', message: 'ready, was absent' }]);
  assert.deepEqual(changes('ready', undefined), [{ unit: 'prometheus', message: 'absent, was ready' }]);
  assert.deepEqual(changes('installing', 'starting'), []);
  assert.deepEqual(changes('ready', 'ready', 'a message'), []);
  assert.deepEqual(changes(undefined, undefined), []);
});

test('two reports that differ in their time alone say the same', () => {
  const report = hostReport({ units: [unitReport()], atMs: 1 });
  assert.equal(reportFingerprint(report), reportFingerprint({ ...report, atMs: 2 }));
  assert.notEqual(reportFingerprint(report), reportFingerprint({ ...report, converged: true }));
});

test('what targets are made of and hosts are selected by changes what the fleet resolves to, a reboot does not', () => {
  assert.equal(changesInventory(facts, { ...facts, virtualisation: 'kvm' }), true);
  assert.equal(changesInventory(facts, { ...facts, address: '10.0.0.8' }), true);
  assert.equal(changesInventory(facts, { ...facts, bootId: 'other', memoryBytes: 1 }), false);
});
