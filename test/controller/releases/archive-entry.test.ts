import assert from 'node:assert/strict';
import { test } from 'vitest';
import { type ArchiveEntry, placeOf } from '../../../controller/releases/archive-entry.ts';

const place = (name: string, more: Partial<ArchiveEntry> = {}) =>
  placeOf({ name, size: 0, ...more }, 'top', 'a release');

test('files and directories go where the archive says, without its top directory', () => {
  assert.equal(place('top/', { type: 'directory' }), '');
  assert.equal(place('./top/a/b'), 'a/b');
  assert.equal(place('top/a/', { type: 'directory' }), 'a');
});

test('nothing goes outside', () => {
  const names = [
    '/etc/passwd',
    '/top/a',
    'top/../a',
    'top/a/../../../a',
    '..',
    'other/a',
    'topper/a',
    'top\\..\\a',
    'top/\0',
  ];
  for (const name of names) assert.throws(() => place(name), { code: 'invalid', message: /lies outside top\// }, name);
});

test('a link may point at what the archive holds, and nowhere else', () => {
  assert.equal(place('top/a/l', { type: 'symlink', linkname: '../b' }), 'a/l');
  assert.equal(place('top/l', { type: 'link', linkname: 'top/b' }), 'l');
  const outside: [ArchiveEntry['type'], string][] = [
    ['symlink', '/etc/passwd'],
    ['symlink', '../../b'],
    ['symlink', '../x'],
    ['symlink', ''],
    ['link', 'b'],
    ['link', '/top/b'],
    ['link', 'top/../b'],
  ];
  for (const [type, linkname] of outside) {
    assert.throws(() => place('top/l', { type, linkname }), { code: 'invalid', message: /points outside/ }, linkname);
  }
});

test('devices and pipes are refused, and so is a file in the place of the directory itself', () => {
  for (const type of ['character-device', 'block-device', 'fifo']) {
    assert.throws(() => place('top/d', { type }), { code: 'invalid', message: new RegExp(`is a ${type}`) });
  }
  assert.throws(() => place('top'), { code: 'invalid' });
});
