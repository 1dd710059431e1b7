import assert from 'node:assert/strict';
import { test } from 'vitest';
import { unifiedDiff } from '../../../controller/fleet/unified-diff.ts';

const lines = (count: number, word: string) =>
  Array.from({ length: count }, (_, index) => `${word}${index}\n`).join('');

test('three lines around what differs; a file that comes or goes is shown whole', () => {
  assert.equal(unifiedDiff('a', 'x\n', 'x\n'), '');
  assert.equal(
    unifiedDiff('a.yml', lines(9, 'x'), lines(9, 'x').replace('x4', 'y')),
    '--- a.yml\n+++ a.yml\n@@ -2,7 +2,7 @@\n x1\n x2\n x3\n-x4\n+y\n x5\n x6\n x7\n',
  );
  assert.equal(unifiedDiff('a', '', 'x\ny\n'), '--- a\n+++ a\n@@ -0,0 +1,2 @@\n+x\n+y\n');
  assert.equal(unifiedDiff('a', 'x', ''), '--- a\n+++ a\n@@ -1 +0,0 @@\n-x\n\\ No newline at end of file\n');
});

test('files of thousands of lines hold nobody up', () => {
  const before = performance.now();
  assert.match(unifiedDiff('a', lines(20_000, 'x'), lines(20_000, 'y')), /20000 lines become 20000/);
  assert.match(unifiedDiff('a', '', lines(20_000, 'y')), /\+y19999\n$/);
  assert.match(unifiedDiff('a', lines(20_000, 'x'), lines(20_000, 'x').replace('x777\n', 'y\n')), /-x777\n\+y\n/);
  assert.ok(performance.now() - before < 3_000);
});
