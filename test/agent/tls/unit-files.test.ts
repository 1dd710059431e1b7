import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, onTestFinished, test } from 'vitest';
import { HostTls, type TlsUse } from '../../../agent/tls/host-tls.ts';
import { keepTlsFiles, lookAtTls } from '../../../agent/tls/unit-files.ts';
import { type Authority, openAuthority } from '../../../controller/enrolment/authority.ts';
import { toPem } from '../../../controller/enrolment/certificates.ts';
import { readCsr } from '../../../controller/enrolment/key.ts';
import type { UnitTls } from '../../../proto/spec.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const DAY_MS = 86_400_000;
const BOTH: UnitTls = { names: ['10.0.0.1', 'db-1', '::1', '127.0.0.1', 'localhost'], scrapes: true, clients: [] };
const OWNER = { file: { mode: 0o600 }, directory: { mode: 0o700 } };

let directory: string;
let authority: Authority;
let asked: TlsUse[];
let host: HostTls;
let now: number;

const believe = () => {
  const { endpoints, scrapers, signer } = authority.tls();
  host.believe({ endpoints: endpoints.map(toPem), scrapers: scrapers.map(toPem), signer });
};
const keep = (tls = BOTH) => keepTlsFiles(directory, { name: 'prometheus', tls }, host, OWNER, now);
const look = (tls: UnitTls | undefined = BOTH) => lookAtTls(directory, tls, host, now).standing;
const read = (name: string) => readFileSync(join(directory, '.tls', name), 'utf8');

beforeEach(async () => {
  const made = temporaryDirectory();
  onTestFinished(() => made[Symbol.dispose]());
  directory = made.path;
  now = Date.now();
  authority = await openAuthority({
    directory: join(directory, 'pki'),
    names: [],
    now: () => now,
    randomBytes: (count) => Buffer.alloc(count, 7),
    mustExist: false,
  });
  asked = [];
  host = new HostTls(join(directory, 'state'), async (_, use, csrDer) => {
    asked.push(use);
    const { publicKey } = await readCsr(csrDer);
    const signed =
      use === 'endpoint'
        ? authority.signEndpoint('u@h', BOTH.names, publicKey)
        : authority.signScraper('u@h', publicKey);
    return (await signed).der;
  });
});

test('a unit has what it needs once its host has heard whom to trust, readable for nobody else', async () => {
  assert.equal(look(), 'missing');
  await assert.rejects(keep(), /cannot get certificates for prometheus: this host has not heard yet whom to trust/);
  believe();
  assert.equal(look(), 'missing');
  await keep();
  assert.equal(look(), 'good');
  assert.deepEqual(asked, ['endpoint', 'scrape']);
  assert.equal(statSync(join(directory, '.tls/endpoint.key')).mode & 0o777, 0o600);
  const [endpoint, scrape] = [new X509Certificate(read('endpoint.crt')), new X509Certificate(read('scrape.crt'))];
  assert.equal(endpoint.checkIP('10.0.0.1'), '10.0.0.1');
  assert.equal(endpoint.checkHost('db-1'), 'db-1');
  // Neither stands for the other, nor for a host.
  assert.deepEqual([endpoint.keyUsage, scrape.keyUsage], [['1.3.6.1.5.5.7.3.1'], ['1.3.6.1.5.5.7.3.2']]);
  assert.deepEqual([authority.issuerOf(endpoint.raw), authority.issuerOf(scrape.raw)], ['', '']);
  assert.match(read('clients.pem'), /^-----BEGIN CERTIFICATE-----[^]*-----END CERTIFICATE-----\n$/);
  assert.equal(read('clients.pem').match(/BEGIN/g)?.length, 2);
});

test('after a third of its life a certificate is renewed, and its key is not', async () => {
  believe();
  await keep();
  const [key, before] = [read('endpoint.key'), read('endpoint.crt')];
  now += 9 * DAY_MS;
  assert.equal(look(), 'good');
  now += 2 * DAY_MS;
  assert.equal(look(), 'due');
  await keep();
  assert.equal(look(), 'good');
  assert.equal(read('endpoint.key'), key);
  assert.notEqual(read('endpoint.crt'), before);
});

test('other names need another certificate; other clients only another file', async () => {
  believe();
  await keep();
  assert.equal(look({ ...BOTH, names: ['10.0.0.2', ...BOTH.names.slice(1)] }), 'due');
  assert.equal(look({ ...BOTH, names: BOTH.names.slice(1) }), 'due');
  const clients = [read('endpoint.crt')];
  assert.equal(look({ ...BOTH, clients }), 'due');
  await keep({ ...BOTH, clients });
  assert.equal(look({ ...BOTH, clients }), 'good');
  assert.deepEqual(asked, ['endpoint', 'scrape']);
  assert.equal(read('clients.pem').match(/BEGIN/g)?.length, 3);
});

test('while an authority takes the place of another, both are believed first, and then the new one signs', async () => {
  believe();
  await keep();
  await authority.rotate();
  believe();
  assert.equal(look(), 'due');
  await keep();
  assert.deepEqual(asked, ['endpoint', 'scrape']);
  assert.equal(read('endpoints.pem').match(/BEGIN/g)?.length, 2);
  await authority.signUnitsAnew();
  believe();
  assert.equal(look(), 'due');
  await keep();
  assert.deepEqual(asked, ['endpoint', 'scrape', 'endpoint', 'scrape']);
  assert.equal(look(), 'good');
});

test('a unit that needs no certificate any more has none left of that kind', async () => {
  believe();
  await keep();
  await keep({ ...BOTH, names: [] });
  assert.equal(existsSync(join(directory, '.tls/endpoint.key')), false);
  assert.equal(lookAtTls(directory, undefined, host, now).standing, 'surplus');
});

test('a certificate that lost its key is made anew', async () => {
  believe();
  await keep();
  const { rm } = await import('node:fs/promises');
  await rm(join(directory, '.tls/scrape.key'));
  assert.equal(look(), 'missing');
  await keep();
  assert.equal(look(), 'good');
});

test('a key that was changed by hand is made anew, with its certificate', async () => {
  believe();
  await keep();
  const before = read('endpoint.key');
  writeFileSync(join(directory, '.tls/endpoint.key'), 'mine\n');
  assert.equal(look(), 'missing');
  await keep();
  assert.equal(look(), 'good');
  assert.notEqual(read('endpoint.key'), before);
});
