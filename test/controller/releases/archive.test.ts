import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packTar, type TarEntry } from 'modern-tar';
import { onTestFinished, test } from 'vitest';
import { inspectArchive, isUnpacked, unpackArchive } from '../../../controller/releases/archive.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { archiveOf, file } from './fake-github.ts';

function begin(archive: Buffer) {
  const directory = temporaryDirectory();
  onTestFinished(() => directory[Symbol.dispose]());
  const path = join(directory.path, 'a.tar.gz');
  writeFileSync(path, archive);
  const into = join(directory.path, 'unpacked', 'a');
  return { directory: directory.path, path, into };
}
const entry = (name: string, type: TarEntry['header']['type'], linkname = ''): TarEntry => ({
  header: { name, size: 0, linkname, ...(type && { type }) },
});
const directory = (name: string) => entry(name, 'directory');

test('an archive is looked at without a trace, and unpacked without its top directory', async () => {
  const archive = await archiveOf(
    directory('p-1.linux-amd64/'),
    file('p-1.linux-amd64/p', 'program', 0o755),
    file('p-1.linux-amd64/share/default.tmpl', 'text'),
    entry('p-1.linux-amd64/alias', 'symlink', 'share/default.tmpl'),
    entry('p-1.linux-amd64/again', 'link', 'p-1.linux-amd64/p'),
  );
  const { path, into, directory: outer } = begin(archive);
  const { unpackedSize, executables } = await inspectArchive(path, 'p');
  assert.equal(unpackedSize, 'program'.length + 'text'.length);
  assert.deepEqual([...executables], ['p']);
  assert.deepEqual(readdirSync(outer), ['a.tar.gz']);
  await unpackArchive(path, into, 'p', unpackedSize);
  assert.equal(await isUnpacked(into), true);
  assert.equal(readFileSync(join(into, 'again'), 'utf8'), 'program');
  assert.equal(readFileSync(join(into, 'alias'), 'utf8'), 'text');
  assert.equal(statSync(join(into, 'p')).mode & 0o777, 0o755);
  assert.equal(statSync(join(into, 'share/default.tmpl')).mode & 0o111, 0);
});

test('what could write elsewhere is refused when looked at and when unpacked, and leaves nothing', async () => {
  const evil = [
    [file('top/a', 'a'), file('top/../../evil', 'e')],
    [file('top/a', 'a'), file('/tmp/evil', 'e')],
    [file('top/a', 'a'), file('other/evil', 'e')],
    [file('top/a', 'a'), entry('top/l', 'symlink', '/etc'), file('top/l/evil', 'e')],
    [file('top/a', 'a'), entry('top/l', 'link', '../../etc/passwd')],
    [file('top/a', 'a'), entry('top/d', 'character-device')],
  ];
  for (const entries of evil) {
    const { path, into, directory: outer } = begin(await archiveOf(...entries));
    await assert.rejects(inspectArchive(path, 'p'), { code: 'invalid' }, JSON.stringify(entries));
    await assert.rejects(unpackArchive(path, into, 'p', 1e9), { code: 'invalid' }, JSON.stringify(entries));
    assert.equal(existsSync(into), false);
    assert.equal(existsSync(join(outer, 'evil')), false);
  }
});

test('links that look harmless one by one do not lead out together', async () => {
  const archive = await archiveOf(
    directory('top/d/'),
    entry('top/d/up', 'symlink', '..'),
    entry('top/d/out', 'symlink', 'up/..'),
    file('top/d/out/evil', 'e'),
  );
  const { path, into, directory: outer } = begin(archive);
  await assert.rejects(unpackArchive(path, into, 'p', 1e9), { code: 'invalid' });
  assert.deepEqual(readdirSync(join(outer, 'unpacked')), []);
});

test('a bomb is stopped at what the archive may hold: in its files, or in nothing at all', async () => {
  const large = begin(await archiveOf(file('top/a', 'x'.repeat(5000))));
  await assert.rejects(unpackArchive(large.path, large.into, 'p', 4999), {
    code: 'invalid',
    message: /more than the 4999/,
  });
  await assert.rejects(inspectArchive(large.path, 'p', 4999), { code: 'invalid', message: /more than the 4999/ });
  const tar = Buffer.concat([await packTar([file('top/a', 'a')]), Buffer.alloc(40 * 1024 * 1024)]);
  const padded = begin(gzipSync(tar));
  await assert.rejects(inspectArchive(padded.path, 'p', 100), { code: 'invalid', message: /more than the 100/ });
});

test('a truncated, an empty and no archive at all are broken, not empty', async () => {
  const whole = await archiveOf(file('top/a', 'a'.repeat(3000)), file('top/b', 'b'.repeat(3000)));
  const cutTar = gzipSync((await packTar([file('top/a', 'a'.repeat(3000))])).subarray(0, 2000));
  for (const broken of [whole.subarray(0, whole.length - 20), cutTar, Buffer.from('<html>'), Buffer.alloc(0)]) {
    const { path, into } = begin(broken);
    await assert.rejects(inspectArchive(path, 'p'), { code: 'invalid' });
    await assert.rejects(unpackArchive(path, into, 'p', 1e9), { code: 'invalid' });
    assert.equal(await isUnpacked(into), false);
  }
});

test('what an interrupted unpacking left is replaced', async () => {
  const { path, into } = begin(await archiveOf(file('top/a', 'new')));
  await unpackArchive(path, into, 'p', 100);
  writeFileSync(join(into, 'left'), 'from before');
  await unpackArchive(path, into, 'p', 100);
  assert.deepEqual(readdirSync(into).sort(), ['.complete', 'a']);
});
