import assert from 'node:assert/strict';
import { test } from 'vitest';
import { chooseMirror, codenameIn } from '../../../../controller/releases/apt/mirror-choice.ts';

const line = (text: string) => {
  const [uri = '', suite = ''] = text.split(' ');
  return { uri, suite };
};

test('the codename is read with and without quotes', () => {
  assert.equal(codenameIn('ID=debian\nVERSION_CODENAME=bookworm\n'), 'bookworm');
  assert.equal(codenameIn('VERSION_CODENAME="trixie"'), 'trixie');
  assert.equal(codenameIn('ID=alpine'), '');
});

test('the own suite is Debian’s alone, with its updates and security, whoever else calls a suite bookworm', () => {
  const targets = [
    'https://apt.vendor.example/debian bookworm',
    'http://mirror.example/debian/ bookworm',
    'http://mirror.example/debian/ bookworm',
    'http://mirror.example/debian/ bookworm-updates',
    'http://mirror.example/debian/ trixie',
    'http://mirror.example/debian-security/ bookworm-security',
    'https://packages.example bookworm',
  ].map(line);
  const chosen = chooseMirror(targets, 'bookworm');
  assert.equal(chosen?.mirror, 'http://mirror.example/debian/');
  assert.deepEqual(
    chosen.own.map(({ suite }) => suite),
    ['bookworm', 'bookworm-updates', 'bookworm-security'],
  );
});

test('a mirror of one’s own is known by the -updates beside the suite', () => {
  const targets = [
    'https://vendor.example/debian bookworm',
    'https://mirror.example/remote/ bookworm',
    'https://mirror.example/remote/ bookworm-updates',
  ].map(line);
  assert.equal(chooseMirror(targets, 'bookworm')?.mirror, 'https://mirror.example/remote/');
});

test('a suite may be written by its state', () => {
  assert.equal(chooseMirror([line('http://ftp.de.debian.org/debian unstable')], 'trixie')?.ownSuite, 'unstable');
});

test('where no source is Debian’s there is no mirror', () => {
  assert.equal(chooseMirror([line('http://archive.ubuntu.com/ubuntu jammy')], 'jammy'), undefined);
  assert.equal(chooseMirror([line('https://packages.example bookworm')], 'bookworm'), undefined);
});
