import assert from 'node:assert/strict';
import { test } from 'vitest';
import { MetricSums } from '../../../agent/supervise/metric-sums.ts';

const PAGE = `# HELP appended_total Samples.
# TYPE appended_total counter
appended_total{type="float"} 12
appended_total{type="histogram",path="a } b \\"} 9"} 3 1700000000000
appended_total2{type="float"} 100
appended_total_created 100
up 1
success 0
time 1.7e+09
odd{a="b"} NaN
big +Inf
`;

const sumsOf = (pieces: readonly string[], names: readonly string[]) => {
  const sums = new MetricSums(names);
  for (const piece of pieces) sums.add(piece);
  return Object.fromEntries(sums.end());
};

test('series of exactly that name are summed', () => {
  assert.deepEqual(sumsOf([PAGE], ['appended_total', 'up', 'success', 'time', 'odd', 'big', 'missing']), {
    appended_total: 15,
    up: 1,
    success: 0,
    time: 1.7e9,
    odd: Number.NaN,
    big: Number.POSITIVE_INFINITY,
  });
});

test('wherever the pieces are cut, the sums are the same', () => {
  for (let at = 0; at < PAGE.length; at++) {
    const sums = sumsOf([PAGE.slice(0, at), PAGE.slice(at)], ['appended_total', 'time']);
    assert.deepEqual(sums, { appended_total: 15, time: 1.7e9 }, `cut at ${at}`);
  }
  assert.deepEqual(sumsOf(PAGE.split(''), ['appended_total']), { appended_total: 15 });
});

test('a page without a last line break, and a line without end, are taken', () => {
  assert.deepEqual(sumsOf(['up 1'], ['up']), { up: 1 });
  assert.deepEqual(sumsOf(['x'.repeat(100_000), 'y\nup 1\n'], ['up']), { up: 1 });
});
