import assert from 'node:assert/strict';
import { test } from 'vitest';
import { decideEpoch, type EpochView } from '../../../controller/sessions/epoch.ts';
import type { Revision } from '../../../proto/revision.ts';

const at = (text: string): Revision => {
  const [epoch, number] = text.split('.').map(Number) as [number, number];
  return { epoch, number };
};
const decide = (reported: string, stored: string, latest: string, more: Partial<EpochView> = {}) =>
  decideEpoch({
    reported: at(reported),
    stored: stored ? at(stored) : undefined,
    latest: latest ? at(latest) : undefined,
    isProven: true,
    epoch: 1,
    held: false,
    ...more,
  });

test('a host that is behind its spec is sent it, one that is not is sent nothing', () => {
  assert.deepEqual(decide('0.0', '1.3', '1.5'), { kind: 'send' });
  assert.deepEqual(decide('1.2', '1.3', '1.5'), { kind: 'send' });
  assert.deepEqual(decide('1.3', '1.3', '1.5'), { kind: 'nothing' });
  assert.deepEqual(decide('0.0', '', '1.5'), { kind: 'nothing' });
  assert.deepEqual(decide('0.0', '', ''), { kind: 'nothing' });
  assert.deepEqual(decide('1.9', '2.1', '2.1', { epoch: 2 }), { kind: 'send' });
});

test('a host that has seen what is not stored begins an epoch past its own', () => {
  assert.deepEqual(decide('1.7', '1.5', '1.5'), { kind: 'beginEpoch', epoch: 2 });
  assert.deepEqual(decide('1.7', '', '1.5'), { kind: 'beginEpoch', epoch: 2 });
  assert.deepEqual(decide('1.1', '', ''), { kind: 'beginEpoch', epoch: 2 });
  assert.deepEqual(decide('4.1', '1.5', '1.5'), { kind: 'beginEpoch', epoch: 5 });
  // Restored, then applied to before the host came back: the fleet's number has overtaken it, its own spec has not.
  assert.deepEqual(decide('1.7', '1.5', '1.9'), { kind: 'beginEpoch', epoch: 2 });
});

test('a host that says so without proof is not believed, and its word holds nobody up', () => {
  for (const reported of ['1.7', '4.1']) {
    assert.deepEqual(decide(reported, '1.5', '1.5', { isProven: false }), { kind: 'unproven' });
    assert.deepEqual(decide(reported, '', '', { isProven: false }), { kind: 'unproven' });
  }
  assert.deepEqual(decide('1.2', '1.5', '1.5', { isProven: false }), { kind: 'send' });
  assert.deepEqual(decide('1.5', '1.5', '1.5', { isProven: false }), { kind: 'nothing' });
});

test('a controller that is held sends nothing, and begins no second epoch for the same past', () => {
  assert.deepEqual(decide('1.2', '1.5', '1.5', { epoch: 2, held: true }), { kind: 'nothing' });
  assert.deepEqual(decide('1.7', '1.5', '1.5', { epoch: 2, held: true }), { kind: 'nothing' });
  assert.deepEqual(decide('2.1', '1.5', '1.5', { epoch: 2, held: true }), { kind: 'beginEpoch', epoch: 3 });
});

test('after the hold, a host from the forgotten past is sent its spec as of the newest revision, even if that spec did not change', () => {
  const after = { epoch: 2, held: false };
  assert.deepEqual(decide('1.7', '1.5', '2.1', after), { kind: 'restamp', revision: at('2.1') });
  assert.deepEqual(decide('1.7', '2.1', '2.1', after), { kind: 'send' });
  assert.deepEqual(decide('2.1', '2.1', '2.1', after), { kind: 'nothing' });
});
