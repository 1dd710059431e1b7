import assert from 'node:assert/strict';
import { test } from 'vitest';
import { ago, bytes, count, duration, moment, sample, timeOfDay } from '../../controller/web/format.ts';

test('counts agree with their noun', () => {
  assert.deepEqual(
    [0, 1, 2].map((n) => count(n, 'unit')),
    ['0 units', '1 unit', '2 units'],
  );
});

test('a duration shows its two largest parts, and no part that is nothing', () => {
  const shown = [0, 12_400, 60_000, 200_000, 7_500_000, 7_200_000, 273_600_000].map(duration);
  assert.deepEqual(shown, ['0 s', '12 s', '1 min', '3 min 20 s', '2 h 5 min', '2 h', '3 d 4 h']);
});

test('what happened a moment ahead of our clock happened just now', () => {
  assert.deepEqual(
    [3_000, -1_000, -59_000, -61_000, -3_600_000, -90_000_000].map((ms) => ago(1e12 + ms, 1e12)),
    ['just now', 'just now', '59 s ago', '1 min ago', '1 h ago', '1 d ago'],
  );
});

test('a moment of today is a time of day, an older one has its date', () => {
  const noon = new Date(2026, 10, 22, 12, 3, 4).getTime();
  assert.equal(timeOfDay(noon), '12:03:04');
  assert.equal(moment(noon, noon + 60_000), '12:03:04');
  assert.equal(moment(noon, noon + 86_400_000), '2026-11-22 12:03');
});

test('sizes have two digits that count', () => {
  assert.deepEqual([0, 999, 1_500, 45_300_000, 2.5e9].map(bytes), ['0 B', '999 B', '1.5 kB', '45 MB', '2.5 GB']);
});

test('samples are short, and what is no number says so', () => {
  const shown = [0, 1, 0.123456, 9_999, 12_345, 3.2e9, 0.00012, -2, Number.NaN, Number.POSITIVE_INFINITY].map(sample);
  assert.deepEqual(shown, ['0', '1', '0.1235', '9999', '12.35k', '3.2G', '1.20e-4', '-2', 'NaN', '+Inf']);
});
