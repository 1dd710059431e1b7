import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'vitest';
import type { Authority } from '../../../controller/enrolment/authority.ts';
import { Clock, openTestAuthority } from '../../support/open-controller-state.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const keyOf = async (authority: Authority) => {
  const { certificate } = await authority.serverCertificate();
  return new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
};

test('the server key stays over restarts and renewals, and changes only with the root behind it', async () => {
  using directory = temporaryDirectory();
  const clock = new Clock();
  const authority = await openTestAuthority(directory.path, clock);
  const [pin, key] = [authority.serverPin(), await keyOf(authority)];
  assert.match(pin, /^sha256\/\/[A-Za-z0-9+/]{43}=$/);
  clock.ms = (await authority.serverCertificate()).renewAt;
  assert.equal(await keyOf(authority), key);
  await authority.rotate();
  const reopened = await openTestAuthority(directory.path, clock);
  for (const each of [authority, reopened]) assert.deepEqual([each.serverPin(), await keyOf(each)], [pin, key]);
  await authority.finish([]);
  assert.notEqual(authority.serverPin(), pin);
  assert.notEqual(await keyOf(authority), key);
  assert.equal((await openTestAuthority(directory.path, clock)).serverPin(), authority.serverPin());
});

test('an authority of an older promfleet gets its server key, and keeps it', async () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, 'authority.json');
  const clock = new Clock();
  const first = await openTestAuthority(directory.path, clock);
  const stored = JSON.parse(readFileSync(path, 'utf8')) as { roots: { serverKey?: string }[] };
  for (const root of stored.roots) delete root.serverKey;
  writeFileSync(path, JSON.stringify(stored));
  const opened = await openTestAuthority(directory.path, clock);
  assert.equal(opened.pin(), first.pin());
  assert.notEqual(opened.serverPin(), first.serverPin());
  assert.equal((await openTestAuthority(directory.path, clock)).serverPin(), opened.serverPin());
});

test('curl takes the pin for what it is, and refuses another', async () => {
  using directory = temporaryDirectory();
  const authority = await openTestAuthority(directory.path, new Clock());
  const { key, certificate } = await authority.serverCertificate();
  const server = createServer({ key, cert: certificate }, (_, answer) => answer.end('hello'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const curl = (pin: string) =>
    promisify(execFile)('curl', ['-sSk', '--pinnedpubkey', pin, `https://127.0.0.1:${port}/`]);
  try {
    assert.equal((await curl(authority.serverPin())).stdout, 'hello');
    await assert.rejects(curl(`sha256//${Buffer.alloc(32).toString('base64')}`), { code: 90 });
  } finally {
    server.close();
  }
});
