import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, test } from 'vitest';
import { toPem } from '../../../controller/enrolment/certificates.ts';
import { type CertifyRequest, certifyUnit } from '../../../controller/enrolment/certify-unit.ts';
import { addressOfPeer } from '../../../controller/rpc/peer.ts';
import type { UnitTls } from '../../../proto/spec.ts';
import { type ControllerState, makeKey, openControllerState } from '../../support/open-controller-state.ts';
import { facts } from '../../support/samples.ts';
import { someUnit } from '../../support/unit-specs.ts';

const SERVER = '1.3.6.1.5.5.7.3.1';
const CLIENT = '1.3.6.1.5.5.7.3.2';

let state: ControllerState;
beforeEach(async () => {
  state = await openControllerState();
});
afterEach(() => state[Symbol.dispose]());

function host(name: string, address: string, tls?: UnitTls): void {
  state.stores.hosts.insert({
    name,
    keyFingerprint: name,
    certificateUntil: 0,
    certificateAuthority: '',
    tokenLabels: {},
    labels: {},
    facts: { ...facts, hostname: name, address, ownAddress: '' },
    enrolledAt: 0,
    enrolledBy: '',
    lastSeenAt: undefined,
    removedAt: undefined,
  });
  const units = [someUnit(tls ? { tls } : {})];
  state.stores.specs.put(name, { revision: { epoch: 1, number: 1 }, units });
}
const endpoint = (address: string, name: string): UnitTls => ({
  names: [address, name, '127.0.0.1', 'localhost'],
  scrapes: false,
  clients: [],
});
async function certify(name: string, request: Partial<CertifyRequest> = {}): Promise<X509Certificate> {
  const csrDer = await (await makeKey()).csr();
  const asked = { unit: 'prometheus', use: 'endpoint', from: '10.9.9.9', csrDer, ...request };
  return new X509Certificate((await certifyUnit(state, name, asked)).der);
}
const issuers = (): { endpoints: X509Certificate; scrapers: X509Certificate } => {
  const { endpoints, scrapers } = state.authority.tls();
  return { endpoints: new X509Certificate(endpoints[0] ?? ''), scrapers: new X509Certificate(scrapers[0] ?? '') };
};

test('to serve with and to scrape with are two: neither passes for the other, nor for a host', async () => {
  host('a', '10.0.0.1', { ...endpoint('10.0.0.1', 'a'), scrapes: true });
  const { endpoints, scrapers } = issuers();
  const serves = await certify('a');
  assert.deepEqual([serves.keyUsage, serves.ca], [[SERVER], false]);
  assert.deepEqual([serves.verify(endpoints.publicKey), serves.verify(scrapers.publicKey)], [true, false]);
  assert.equal(serves.checkIP('10.0.0.1'), '10.0.0.1');
  const scrapes = await certify('a', { use: 'scrape' });
  assert.deepEqual([scrapes.keyUsage, scrapes.ca], [[CLIENT], false]);
  assert.deepEqual([scrapes.verify(endpoints.publicKey), scrapes.verify(scrapers.publicKey)], [false, true]);
  for (const root of state.authority.roots()) {
    const { publicKey } = new X509Certificate(toPem(root));
    assert.deepEqual([serves.verify(publicKey), scrapes.verify(publicKey)], [false, false]);
  }
});

test('a host gets what its own spec says, and nothing else', async () => {
  host('a', '10.0.0.1', endpoint('10.0.0.1', 'a'));
  host('b', '10.0.0.2');
  await assert.rejects(certify('a', { use: 'scrape' }), /cannot certify prometheus@a: its spec scrapes nothing/);
  await assert.rejects(certify('b'), /its spec has no endpoint that speaks TLS/);
  await assert.rejects(certify('a', { unit: 'other' }), /its spec has no endpoint that speaks TLS/);
  await assert.rejects(certify('a', { use: 'host' }), /there is no certificate to "host" with/);
  await assert.rejects(certify('gone'), /its spec has no endpoint/);
});

test('a host that says it is where another one is gets no certificate for that, and the other one keeps its own', async () => {
  host('a', '10.0.0.1', endpoint('10.0.0.1', 'a'));
  host('liar', '10.0.0.1', endpoint('10.0.0.1', 'liar'));
  await assert.rejects(
    certify('liar', { from: '10.0.0.66' }),
    /cannot certify prometheus@liar: 10\.0\.0\.1 is the address of a, too/,
  );
  assert.equal((await certify('a', { from: '10.0.0.1' })).checkIP('10.0.0.1'), '10.0.0.1');
  // Where nobody else claims it, a host behind a router need not speak from its own address.
  host('far', '192.168.7.7', endpoint('192.168.7.7', 'far'));
  assert.equal((await certify('far', { from: '203.0.113.9' })).checkIP('192.168.7.7'), '192.168.7.7');
});

test.each([
  ['10.0.0.1:4000', '10.0.0.1'],
  ['ipv4:10.0.0.1:4000', '10.0.0.1'],
  ['[2001:db8::1]:4000', '2001:db8::1'],
  ['ipv6:[2001:db8::1]:4000', '2001:db8::1'],
  ['::ffff:10.0.0.1:4000', '10.0.0.1'],
  ['[::ffff:10.0.0.1]:4000', '10.0.0.1'],
  ['2001:db8::1:4000', '2001:db8::1'],
  ['unknown', ''],
])('a call from %s is from %j', (peer, address) => {
  assert.equal(addressOfPeer({ getPeer: () => peer }), address);
});
