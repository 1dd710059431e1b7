import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished, test } from 'vitest';
import { Shelf } from '../../../controller/releases/shelf.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { archiveOf, file, sha256 } from './fake-github.ts';

const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
const DAY_MS = 24 * 60 * 60_000;

function begin(free = 1e12) {
  const directory = temporaryDirectory();
  onTestFinished(() => directory[Symbol.dispose]());
  const open = (now = Date.now()) =>
    new Shelf(
      directory.path,
      () => Promise.resolve(free),
      () => now,
    );
  return { path: directory.path, open };
}

test('what an earlier controller left half done is removed when the shelf is opened, and downloads are not', async () => {
  const { path, open } = begin();
  for (const folder of ['unpacked/whole', 'unpacked/half', 'unpacked/of-another-boot', 'partial/a.tar.gz.work']) {
    mkdirSync(join(path, folder), { recursive: true });
  }
  writeFileSync(join(path, 'unpacked/whole/.complete'), bootId());
  writeFileSync(join(path, 'unpacked/half/program'), 'half of it');
  writeFileSync(join(path, 'unpacked/of-another-boot/.complete'), '3f1a1b6e-0000-4000-8000-000000000000');
  for (const name of ['fresh.tar.gz', 'old.tar.gz']) writeFileSync(join(path, 'partial', name), 'part');
  const twoDaysAgo = new Date(Date.now() - 2 * DAY_MS);
  utimesSync(join(path, 'partial/old.tar.gz'), twoDaysAgo, twoDaysAgo);
  await open().open();
  assert.deepEqual(readdirSync(join(path, 'unpacked')), ['whole']);
  assert.deepEqual(readdirSync(join(path, 'partial')), ['fresh.tar.gz']);
});

test('an archive is held when it has the size and the bytes, and is read only once', async () => {
  const { path, open } = begin();
  const content = Buffer.from('archive');
  const archive = { sha256: sha256(content), size: content.length, unpackedSize: 1 };
  const shelf = open();
  assert.equal(await shelf.holds(archive), false);
  writeFileSync(shelf.partialPath('a'), content);
  await shelf.keep(shelf.partialPath('a'), archive.sha256);
  assert.deepEqual(readdirSync(join(path, 'partial')), []);
  assert.deepEqual(readFileSync(shelf.archivePath(archive.sha256)), content);
  assert.equal(await shelf.holds(archive), true);
  writeFileSync(shelf.archivePath(archive.sha256), 'altered');
  assert.equal(await open().holds(archive), false);
  writeFileSync(shelf.archivePath(archive.sha256), 'shorter');
  assert.equal(await open().holds({ ...archive, size: 9 }), false);
});

test('unpacking needs room first', async () => {
  const { open } = begin(0);
  const bytes = await archiveOf(file('top/a', 'a'));
  const shelf = open();
  await shelf.open();
  const archive = { sha256: sha256(bytes), size: bytes.length, unpackedSize: 1 };
  writeFileSync(shelf.archivePath(archive.sha256), bytes);
  await assert.rejects(shelf.unpacked(archive, 'a release'), { code: 'unavailable', message: /a release: the disk/ });
});

test('what is admitted is unpacked by then; dismissed, nothing of it stays', async () => {
  const { path, open } = begin();
  const shelf = open();
  await shelf.open();
  const bytes = await archiveOf(file('top/a', 'program', 0o755));
  const archive = { sha256: sha256(bytes), size: bytes.length, unpackedSize: 7 };
  writeFileSync(shelf.partialPath('a'), bytes);
  const { unpackedSize, executables } = await shelf.admit(shelf.partialPath('a'), archive.sha256, 'a release');
  assert.deepEqual([unpackedSize, [...executables]], [7, ['a']]);
  // There is no archive that it could have been unpacked from since.
  const directory = await shelf.unpacked(archive, 'a release');
  assert.equal(readFileSync(join(directory, 'a'), 'utf8'), 'program');
  await shelf.dismiss(archive.sha256);
  assert.deepEqual(readdirSync(join(path, 'unpacked')), []);
});

test('an archive that would not fit is refused before anything of it is written', async () => {
  const { path, open } = begin(300 * 1024 * 1024);
  const shelf = open();
  await shelf.open();
  writeFileSync(shelf.partialPath('a'), await archiveOf(file('top/a', 'x'.repeat(60_000_000))));
  const admitting = shelf.admit(shelf.partialPath('a'), 'ab', 'a release');
  await assert.rejects(admitting, { code: 'unavailable', message: /a release: the disk/ });
  assert.deepEqual(readdirSync(join(path, 'unpacked')), []);
});
