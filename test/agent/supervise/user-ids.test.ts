import assert from 'node:assert/strict';
import { test } from 'vitest';
import { chooseUid, FIRST_UID, LAST_UID } from '../../../agent/supervise/user-ids.ts';

test('a name gets the same id every time, and keeps the one it has', () => {
  const uid = chooseUid('prometheus', {}, new Set());
  assert.equal(chooseUid('prometheus', {}, new Set()), uid);
  assert.ok(uid >= FIRST_UID && uid <= LAST_UID);
  assert.equal(chooseUid('prometheus', { prometheus: 61_200 }, new Set([uid])), 61_200);
});

test('no two names share an id, and ids of others are left alone', () => {
  const given: Record<string, number> = {};
  const taken = new Set([FIRST_UID, LAST_UID, chooseUid('unit-1', {}, new Set())]);
  for (let i = 0; i < 2_000; i++) given[`unit-${i}`] = chooseUid(`unit-${i}`, given, taken);
  const uids = Object.values(given);
  assert.equal(new Set(uids).size, 2_000);
  assert.ok(uids.every((uid) => uid >= FIRST_UID && uid <= LAST_UID && !taken.has(uid)));
});

test('a full range is said so', () => {
  const all = new Set(Array.from({ length: LAST_UID - FIRST_UID + 1 }, (_, i) => FIRST_UID + i));
  assert.throws(() => chooseUid('one-more', {}, all), { code: 'unavailable' });
});
