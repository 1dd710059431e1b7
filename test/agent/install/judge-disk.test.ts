import assert from 'node:assert/strict';
import { test } from 'vitest';
import { isRelief, judgeDisk } from '../../../agent/install/judge-disk.ts';
import type { Room } from '../../../agent/install/room.ts';

const GB = 1_000_000_000;
const MB = 1_000_000;
const room = (change: Partial<Room> = {}): Room => ({
  disk: '/ (/dev/vda1)',
  free: 10 * GB,
  size: 20 * GB,
  inodes: 1_000_000,
  isReadOnly: false,
  ...change,
});

test.each<[string, Partial<Room>, RegExp]>([
  ['plenty', {}, /^$/],
  ['a twentieth', { free: 0.99 * GB }, /^\/ \(\/dev\/vda1\) is nearly full: less than 1000 MB of 20000 MB free$/],
  ['of a large disk 5 GB are enough', { size: 1000 * GB, free: 5.1 * GB }, /^$/],
  ['a disk that compaction needs 600 MB of', { size: 8 * GB, free: 590 * MB }, /less than 600 MB/],
  ['of a small disk a tenth', { size: GB, free: 110 * MB }, /^$/],
  ['nothing', { free: 0 }, /^\/ \(\/dev\/vda1\) is full: nothing more is stored on it$/],
  ['few inodes', { inodes: 999 }, /nearly no inode left/],
  ['no inode', { inodes: 0 }, /is full/],
  ['a file system that counts no inodes', { inodes: Number.POSITIVE_INFINITY }, /^$/],
  ['read-only', { isReadOnly: true }, /is read-only: nothing can be changed here/],
])('%s', (_, change, says) => {
  assert.match(judgeDisk(room(change)), says);
});

test('what hovers around the bound is said once', () => {
  const said = judgeDisk(room({ free: 0.99 * GB }));
  assert.equal(judgeDisk(room({ free: 1.01 * GB }), said), said);
  assert.equal(judgeDisk(room({ free: 1.21 * GB }), said), '');
});

test('more room, another inode and a disk that takes writes again are worth another attempt', () => {
  const low = room({ free: 100 * MB });
  assert.equal(isRelief(low, room({ free: 101 * MB })), false);
  assert.equal(isRelief(low, room({ free: 200 * MB })), true);
  assert.equal(isRelief(room({ isReadOnly: true }), room()), true);
  assert.equal(isRelief(room({ inodes: 0 }), room({ inodes: 5 })), true);
  assert.equal(isRelief(room({ free: 0 }), room({ free: 5 * MB })), true);
});
