import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'vitest';
import { workApart } from '../../agent/apart.ts';
import { readVirtualisation } from '../../agent/host-facts.ts';
import { entry, fakeRelease, packRelease } from '../support/fake-release.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const apart = workApart(fileURLToPath(new URL('../../agent/main.ts', import.meta.url)));

test('a release is unpacked by a process of its own', async () => {
  using directory = temporaryDirectory();
  using into = temporaryDirectory();
  writeFileSync(`${directory.path}/a.tar.gz`, (await fakeRelease('1.0.0')).archive);
  await apart('unpack', `${directory.path}/a.tar.gz`, into.path);
  assert.deepEqual(readdirSync(into.path), ['prometheus-1.0.0.linux-amd64']);
});

test('what it refuses is said in its own words', async () => {
  using directory = temporaryDirectory();
  using into = temporaryDirectory();
  const { archive } = await packRelease('1.0.0', [entry('../evil', Buffer.from('x'), 0o644)]);
  writeFileSync(`${directory.path}/a.tar.gz`, archive);
  await assert.rejects(apart('unpack', `${directory.path}/a.tar.gz`, into.path), {
    code: 'invalid',
    message: 'cannot unpack "../evil": it lies outside the archive',
  });
});

test('what kind of machine this is, it says as well', async () => {
  assert.equal(await apart('virtualisation'), await readVirtualisation());
});
