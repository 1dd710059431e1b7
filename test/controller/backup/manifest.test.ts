import assert from 'node:assert/strict';
import { test } from 'vitest';
import {
  backupName,
  isReplaced,
  isState,
  readManifest,
  toPrune,
  writeManifest,
} from '../../../controller/backup/manifest.ts';
import type { Fault } from '../../../proto/fault.ts';

const entry = (path: string) => ({ path, size: 1, sha256: 'a'.repeat(64) });
const contents = (...more: string[]) => ({
  promfleet: '0.1.0',
  createdAtMs: 0,
  host: 'mon',
  schema: 2,
  revision: '1.7',
  files: ['promfleet.db', 'pki/authority.json', ...more].map(entry),
});

test('the oldest beyond those to keep are pruned, and nothing of another name', () => {
  const names = [5, 1, 4, 2, 3].map((day) => backupName(Date.UTC(2026, 0, day)));
  const others = ['notes.txt', 'promfleet-old.tar.gz', 'promfleet-20250101T000000.000Z.tar.gz.copy'];
  assert.deepEqual(
    toPrune([...names, ...others], 3),
    [2, 1].map((day) => backupName(Date.UTC(2026, 0, day))),
  );
  assert.deepEqual(toPrune(names, 5), []);
});

test('what is not known to be passing is state', () => {
  const names = ['promfleet.db', 'pki', 'what-comes-later', 'releases', 'unpacked', 'partial', 'apt', 'lost+found'];
  assert.deepEqual(
    names.filter((name) => isState(name, false)),
    ['promfleet.db', 'pki', 'what-comes-later'],
  );
  assert.deepEqual(names.filter((name) => isState(name, true)).includes('releases'), true);
  const passing = ['promfleet.db-wal', 'controller.lock', 'controller.lock.12', 'control.sock', '.restoring', 'x.tmp'];
  assert.deepEqual(
    passing.filter((name) => isState(name, true)),
    [],
  );
  // The log of a database goes with it, or it would be played into another.
  assert.deepEqual(['promfleet.db', 'promfleet.db-wal', 'pki'].filter(isReplaced).length, 3);
  assert.deepEqual(['releases', 'controller.lock', 'replaced-x', 'restore-unfinished'].filter(isReplaced), []);
});

test('a manifest is read back; one that could write elsewhere is refused', () => {
  assert.deepEqual(readManifest(writeManifest(contents('what/comes/later')), 'f').files.length, 3);
  const refused = (text: string, why: RegExp) =>
    assert.throws(
      () => readManifest(text, 'f'),
      (fault: Fault) => fault.code === 'invalid' && why.test(fault.message),
    );
  for (const path of [
    '../x',
    '/x',
    'pki/../../x',
    '',
    'pki//x',
    './x',
    'control.sock',
    'promfleet.db-wal',
    'pki/authority.json',
  ]) {
    refused(writeManifest(contents(path)), / is in it$/);
  }
  refused(writeManifest({ ...contents(), files: [entry('promfleet.db')] }), /pki\/authority.json is not in it/);
  refused(writeManifest(contents()).replace('"format": 1', '"format": 2'), /its format is 2, this promfleet knows 1/);
  refused('{}', /none of a backup/);
});
