import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packTar, type TarEntry } from 'modern-tar';
import { onTestFinished, test } from 'vitest';
import { customComponent } from '../../../controller/catalogue/custom.ts';
import { commitTo } from '../../../controller/events/commit.ts';
import { EventStream } from '../../../controller/events/stream.ts';
import { ReleaseLibrary } from '../../../controller/releases/library.ts';
import type { SourceChoice } from '../../../controller/releases/source.ts';
import { openDatabase } from '../../../controller/store/database.ts';
import { openStores } from '../../../controller/store/stores.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { FakeGithub, impatientNetwork, sha256 } from './fake-github.ts';

const component = customComponent({
  name: 'orders',
  version: '1.2.3',
  port: 9500,
  run: ['{bin}/orders'],
  readyPath: '/metrics',
  file: undefined,
  url: '',
  sha256: {},
});
const wanted = { component, version: '1.2.3', arch: 'amd64' };

async function begin() {
  const server = await new FakeGithub().start();
  const directory = temporaryDirectory();
  onTestFinished(async () => {
    directory[Symbol.dispose]();
    await server[Symbol.asyncDispose]();
  });
  const db = openDatabase(':memory:');
  const { releases } = openStores(db);
  const open = () =>
    new ReleaseLibrary({
      directory: directory.path,
      releases,
      commit: commitTo(db, new EventStream()),
      now: () => 1_000,
      onDownload: () => undefined,
      network: impatientNetwork(),
    });
  const serve = (path: string, body: Buffer, digest = sha256(body)): SourceChoice[] => {
    server.files.set(path, body);
    return [{ kind: 'url', url: `${server.url}${path}`, sha256: digest, program: 'orders' }];
  };
  return { server, directory: directory.path, releases, open, library: open(), serve };
}

const entry = (name: string, content: string, mode = 0o755): TarEntry => ({
  header: { name, type: 'file', size: content.length, mode },
  body: content,
});
const tarOf = async (...entries: TarEntry[]): Promise<Buffer> => gzipSync(await packTar(entries));

test('an archive in the layout of a release stays as it is; a flat one and a bare program are brought into it', async () => {
  const { library, serve } = await begin();
  const top: TarEntry = { header: { name: 'orders-1/', type: 'directory', size: 0, mode: 0o755 } };
  const whole = await tarOf(top, entry('orders-1/orders', '#!/bin/sh\necho 1\n'));
  assert.equal((await library.obtain(wanted, serve('/whole.tar.gz', whole))).sha256, sha256(whole));
  for (const [path, body] of [
    ['/flat.tar.gz', await tarOf(entry('./orders', 'PROGRAM'), entry('./lib/a.txt', 'a', 0o644))],
    ['/orders', Buffer.from('PROGRAM')],
  ] as const) {
    const release = await library.obtain(wanted, serve(path, body));
    assert.equal(release.build, `custom ${sha256(body)}`);
    assert.notEqual(release.sha256, sha256(body));
    const programs = await library.unpacked(release.sha256);
    assert.equal(readFileSync(join(programs, 'orders'), 'utf8'), 'PROGRAM');
    assert.equal(existsSync(join(programs, 'lib/a.txt')), path === '/flat.tar.gz');
  }
});

test('what lies there is taken once, and fetched again when it was lost, with no word of the fleet', async () => {
  const { library, server, serve, open } = await begin();
  const sources = serve('/orders', Buffer.from('PROGRAM'));
  const release = await library.obtain(wanted, sources);
  assert.deepEqual(await library.obtain(wanted, sources), release);
  assert.equal(server.asked.length, 1);
  rmSync(library.archivePath(release.sha256));
  assert.ok(existsSync(await open().kept(release.sha256)));
});

test('another digest than the operator wrote is refused, both are named, and nothing is kept', async () => {
  const { library, directory, releases, server, serve } = await begin();
  const written = 'ab'.repeat(32);
  await assert.rejects(library.obtain(wanted, serve('/orders', Buffer.from('EVIL'), written)), {
    code: 'invalid',
    message: `cannot trust ${server.url}/orders: its sha256 is ${sha256(Buffer.from('EVIL'))}, it should be ${written}; nothing of it was kept`,
  });
  assert.deepEqual(releases.all(), []);
  assert.deepEqual(readdirSync(join(directory, 'partial')), []);
});

test('an archive that leads outside, and one without the program, are refused', async () => {
  const { library, serve } = await begin();
  const evil = await tarOf(entry('a', 'x'), entry('../evil', 'x'));
  await assert.rejects(library.obtain(wanted, serve('/evil.tar.gz', evil)), {
    message: /"\.\.\/evil" lies outside it$/,
  });
  const other = await tarOf(entry('b', 'x'), entry('a', 'x'));
  await assert.rejects(library.obtain(wanted, serve('/other.tar.gz', other)), {
    message: /no program orders is in it/,
  });
});
