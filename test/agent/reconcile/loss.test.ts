import assert from 'node:assert/strict';
import { test } from 'vitest';
import type { Room } from '../../../agent/install/room.ts';
import { type Counted, holdOf, type Lost, noteCount, sayLoss } from '../../../agent/reconcile/loss.ts';
import type { Losses } from '../../../proto/spec.ts';

const AT = Date.UTC(2026, 10, 28, 12, 3);
const MINUTE = 60_000;
const MB = 1_000_000;
const room = (change: Partial<Room> = {}): Room => ({
  disk: '/var/lib (/dev/vda2)',
  free: 500 * MB,
  size: 10_000 * MB,
  inodes: 10_000,
  isReadOnly: false,
  ...change,
});
const FULL = room({ free: 0 });
const count = (change: Partial<Counted> = {}): Counted => ({
  process: 'boot 1 1000',
  lost: 3,
  stored: 10,
  size: 1_000,
  atMs: AT,
  ...change,
});
const losses: Losses = {
  port: 9090,
  metricsPath: '/metrics',
  lostMetrics: ['lost'],
  storedMetric: 'stored',
  directory: '/var/lib/prometheus/data',
  rescue: { leaves: 'snapshot.', sizeMetric: 'series', bytesEach: 1_000, bytesLeast: 10 * MB },
};
const after = (counts: [Counted, Room][], lost?: Lost) =>
  counts.reduce((now, [one, at]) => noteCount(now, one, at), lost);
const healed = after([
  [count(), FULL],
  [count({ lost: 9, atMs: AT + 5 * MINUTE }), FULL],
  [count({ lost: 9, stored: 11, atMs: AT + 6 * MINUTE }), room()],
]) as Lost;

test('a program that has lost nothing has nothing to tell, whatever was told of the one before it', () => {
  assert.equal(noteCount(undefined, count({ lost: 0 }), FULL), undefined);
  assert.equal(noteCount(healed, count({ process: 'boot 2 2000', lost: 0 }), FULL), undefined);
});

test('a loss goes on until more is stored and no more is lost: room on the disk proves nothing', () => {
  const [first, room1] = [count(), room()];
  assert.equal(
    after([
      [first, FULL],
      [count({ atMs: AT + MINUTE }), room1],
    ])?.untilMs,
    0,
  );
  assert.equal(
    after([
      [first, FULL],
      [count({ lost: 4, stored: 20, atMs: AT + MINUTE }), room1],
    ])?.untilMs,
    0,
  );
  assert.deepEqual(
    [healed.sinceMs, healed.untilMs, healed.cause],
    [AT, AT + 6 * MINUTE, '/var/lib (/dev/vda2) was full'],
  );
});

test('a loss that comes again counts from the first, and another process has one of its own', () => {
  const again = after([[count({ lost: 10, stored: 11, atMs: AT + 60 * MINUTE }), room({ isReadOnly: true })]], healed);
  assert.deepEqual([again?.sinceMs, again?.untilMs, again?.cause], [AT, 0, '/var/lib (/dev/vda2) was read-only']);
  const other = after([[count({ process: 'boot 2 2000', atMs: AT + 60 * MINUTE }), room()]], healed);
  assert.deepEqual([other?.sinceMs, other?.cause], [AT + 60 * MINUTE, 'its writes failed']);
});

test('what has lost nothing, and what can be saved, may be stopped; all else is held', () => {
  const held = (lost: Lost | undefined, at: Room, of = losses) => holdOf(lost, of, at)?.why;
  assert.equal(held(undefined, FULL), undefined);
  assert.equal(held(healed, room()), undefined);
  assert.match(
    String(held(healed, room({ free: 10 * MB }))),
    /^what it stored since 2026-11-28 12:03 UTC would be lost: saving it takes up to 11 MB, and \/var\/lib \(\/dev\/vda2\) has 10 MB free$/,
  );
  assert.match(String(held(healed, room({ inodes: 0 }))), /no inode left/);
  assert.match(String(held(healed, room({ isReadOnly: true }))), /is read-only/);
  assert.match(String(held(healed, room(), { ...losses, rescue: undefined })), /started without what could save/);
  assert.match(String(held({ ...healed, untilMs: 0 }, FULL)), /could not start again, .* is full \(0 MB free\)$/);
});

test('people are told what is lost, which disk it was, and what to do', () => {
  assert.equal(
    sayLoss({ ...healed, untilMs: 0 }, undefined, FULL),
    'nothing is stored since 2026-11-28 12:03 UTC: /var/lib (/dev/vda2) is full (0 MB free)\nmake room there; it goes on by itself',
  );
  const text = sayLoss(healed, undefined, room());
  assert.match(
    text,
    /^lost what came from 2026-11-28 12:03 UTC to 2026-11-28 12:09 UTC: \/var\/lib \(\/dev\/vda2\) was full; stored again since\n/,
  );
  assert.match(text, /restart it when that suits/);
  assert.match(sayLoss(healed, holdOf(healed, losses, FULL), FULL), /must not be stopped now: .*\n.*--accept-loss/);
});
