import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { boundLog, olderLog } from '../../../agent/supervise/log-file.ts';
import { followFile, lastLinesOf } from '../../../agent/supervise/log-tail.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { eventually } from './scene.ts';

test('the last lines come oldest first, however long the file is', async () => {
  using directory = temporaryDirectory();
  const log = join(directory.path, 'log');
  assert.deepEqual(await lastLinesOf(log, 3), []);
  writeFileSync(log, '');
  assert.deepEqual(await lastLinesOf(log, 3), []);
  writeFileSync(log, 'a\n\nb');
  assert.deepEqual(await lastLinesOf(log, 9), ['a', '', 'b']);
  assert.deepEqual(await lastLinesOf(log, 1), ['b']);
  assert.deepEqual(await lastLinesOf(log, 0), []);
  const many = Array.from({ length: 60_000 }, (_, i) => `line ${i} é`);
  writeFileSync(log, `${many.join('\n')}\n`);
  assert.deepEqual(await lastLinesOf(log, 20_000), many.slice(-20_000));
});

test('a file of one endless line is cut, not read whole', async () => {
  using directory = temporaryDirectory();
  const log = join(directory.path, 'log');
  writeFileSync(log, 'x'.repeat(5_000_000));
  const [line, ...more] = await lastLinesOf(log, 5);
  assert.equal(line?.length, 8_193);
  assert.deepEqual(more, []);
});

test('a follower gets what was there, what is appended, and what comes after the file was emptied', async () => {
  using directory = temporaryDirectory();
  const log = join(directory.path, 'log');
  const seen: string[] = [];
  const has = (line: string) =>
    eventually(
      () => seen.at(-1),
      (last) => last === line,
    );
  writeFileSync(log, 'a\nb\nc\n');
  const end = followFile(log, 2, (lines) => seen.push(...lines));
  await has('c');
  appendFileSync(log, 'half');
  await new Promise((resolve) => setTimeout(resolve, 300));
  appendFileSync(log, ' and half\n');
  await has('half and half');
  truncateSync(log, 0);
  appendFileSync(log, 'new\n');
  await has('new');
  end();
  appendFileSync(log, 'unheard\n');
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.deepEqual(seen, ['b', 'c', 'half and half', 'new']);
  const again: string[] = [];
  const stop = followFile(log, 1, (lines) => again.push(...lines));
  await eventually(
    () => again.length,
    (count) => count > 0,
  );
  stop();
  assert.deepEqual(again, ['unheard']);
});

test('a log that is too long keeps its end in the older one', () => {
  using directory = temporaryDirectory();
  const log = join(directory.path, 'log');
  writeFileSync(log, '0123456789');
  assert.equal(boundLog(log, 10), false);
  assert.equal(boundLog(log, 4), true);
  assert.equal(statSync(log).size, 0);
  assert.equal(readFileSync(olderLog(log), 'utf8'), '6789');
});
