import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { typeCommand } from '../../support/type-command.ts';

test('a client gets a key, and the folder a certificate that vouches for it alone', async () => {
  using directory = temporaryDirectory();
  const folder = join(directory.path, 'fleet');
  mkdirSync(folder);
  const key = join(directory.path, 'grafana.key');
  const create = (...more: string[]) => typeCommand(['client', 'create', 'grafana', '-f', folder, ...more]);
  const made = await create('--key', key);
  assert.equal(made.code, 0, made.err);
  assert.equal(statSync(key).mode & 0o777, 0o600);
  const certificate = new X509Certificate(readFileSync(join(folder, 'access/grafana.crt')));
  assert.equal(certificate.subject, 'CN=grafana');
  assert.equal(certificate.issuer, certificate.subject);
  assert.equal(certificate.ca, false);
  assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.2']);
  assert.ok(certificate.verify(certificate.publicKey));
  const again = await create('--key', key);
  assert.equal(again.code, 1);
  assert.match(
    again.err.replaceAll('\n', ' '),
    /cannot make a certificate for grafana: .*access\/grafana.crt is there already/,
  );
  assert.equal((await create('--key', key, '--replace')).code, 0);
  assert.notEqual(readFileSync(join(folder, 'access/grafana.crt'), 'utf8').trim(), certificate.toString().trim());
});

test('a key never lies where it would be sent to the controller', async () => {
  using directory = temporaryDirectory();
  const { code, err } = await typeCommand([
    'client',
    'create',
    'grafana',
    '-f',
    directory.path,
    '--key',
    join(directory.path, 'keys/grafana.key'),
  ]);
  assert.equal(code, 1);
  assert.match(err.replaceAll('\n', ' '), /its key would lie in the folder, and be sent to the controller/);
});
