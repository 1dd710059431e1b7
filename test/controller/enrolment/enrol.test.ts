import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'vitest';
import { revokeToken } from '../../../controller/enrolment/create-token.ts';
import { enrolHost } from '../../../controller/enrolment/enrol.ts';
import { removeHost } from '../../../controller/enrolment/inventory.ts';
import { fingerprintOf } from '../../../controller/enrolment/key.ts';
import {
  type ControllerState,
  makeKey,
  openControllerState,
  type TestKey,
} from '../../support/open-controller-state.ts';
import { facts } from '../../support/samples.ts';

const enrol = async (
  state: ControllerState,
  token: string,
  key: TestKey,
  patch: { name?: string; atMs?: number } = {},
) => enrolHost(state, { token, csrDer: await key.csr(), facts, name: '', atMs: state.now(), ...patch });

test('a host enrols: the token is spent, the host is there with its labels, the certificate is of its key', async () => {
  using state = await openControllerState();
  const { id, token } = state.token({ labels: { role: 'db' } });
  const key = await makeKey();
  const enrolled = await enrol(state, token, key);
  assert.equal(enrolled.host, 'db-1');
  assert.deepEqual(enrolled.authorities, state.authority.roots());
  const host = state.stores.hosts.find('db-1');
  const publicKey = new X509Certificate(enrolled.certificateDer).publicKey.export({ format: 'der', type: 'spki' });
  assert.equal(host?.keyFingerprint, fingerprintOf(publicKey));
  assert.deepEqual(host?.tokenLabels, { role: 'db' });
  assert.deepEqual(host?.facts, facts);
  assert.equal(host?.enrolledBy, id);
  assert.equal(state.stores.joinTokens.find(id)?.usesLeft, 0);
  assert.deepEqual(state.events(), ['TokenCreated', 'HostEnrolled']);
});

test('expired, used, unknown, malformed and revoked tokens are refused, each in its own words', async () => {
  using state = await openControllerState();
  const used = state.token().token;
  await enrol(state, used, await makeKey(), { name: 'first' });
  const revoked = state.token();
  revokeToken(state, revoked.id, 'ann');
  const short = state.token({ lastsMs: 1_000 });
  state.clock.ms += 1_000;
  const other = await openControllerState();
  using _ = other;
  for (const [token, code, message] of [
    [used, 'denied', /used up/],
    [revoked.token, 'denied', /was revoked/],
    [short.token, 'denied', /expired less than a second ago/],
    [other.token().token, 'denied', /never issued/],
    [`${used.slice(0, -1)}1`, 'invalid', /malformed/],
  ] as const) {
    await assert.rejects(enrol(state, token, await makeKey()), { name: 'Fault', code, message });
  }
  assert.deepEqual(
    state.stores.hosts.all().map((host) => host.name),
    ['first'],
  );
});

test('a token of three uses lets in three hosts', async () => {
  using state = await openControllerState();
  const { token } = state.token({ uses: 3 });
  for (const name of ['a', 'b', 'c']) await enrol(state, token, await makeKey(), { name });
  await assert.rejects(enrol(state, token, await makeKey(), { name: 'd' }), /used up/);
});

test('of two hosts that spend one token at the same moment, one is let in', async () => {
  using state = await openControllerState();
  const { token } = state.token();
  const keys = [await makeKey(), await makeKey()];
  const results = await Promise.allSettled(keys.map((key, at) => enrol(state, token, key, { name: `h${at}` })));
  assert.deepEqual(results.map((result) => result.status).sort(), ['fulfilled', 'rejected']);
  assert.equal(state.stores.hosts.all().length, 1);
});

test('a host whose answer was lost asks again with the same token, and spends nothing', async () => {
  using state = await openControllerState();
  const { id, token } = state.token({ uses: 2 });
  const key = await makeKey();
  await enrol(state, token, key);
  assert.equal((await enrol(state, token, key)).host, 'db-1');
  assert.equal(state.stores.joinTokens.find(id)?.usesLeft, 1);
  revokeToken(state, id, 'ann');
  await assert.rejects(enrol(state, token, key), /revoked/);
});

test('the same key with a fresh token is the same host, whatever name it asks for', async () => {
  using state = await openControllerState();
  const key = await makeKey();
  await enrol(state, state.token({ labels: { a: '1' } }).token, key);
  const fresh = state.token({ labels: { b: '2' } });
  assert.equal((await enrol(state, fresh.token, key, { name: 'other' })).host, 'db-1');
  assert.equal(state.stores.hosts.all().length, 1);
  assert.deepEqual(state.stores.hosts.find('db-1')?.tokenLabels, { b: '2' });
  assert.equal(state.stores.joinTokens.find(fresh.id)?.usesLeft, 0);
});

test('a name that another key has is refused, and the token is not spent on it', async () => {
  using state = await openControllerState();
  await enrol(state, state.token().token, await makeKey());
  const { id, token } = state.token();
  await assert.rejects(enrol(state, token, await makeKey()), {
    code: 'conflict',
    message: /cannot enrol db-1: a host of that name/,
    hint: /promfleet host remove db-1/,
  });
  assert.equal(state.stores.joinTokens.find(id)?.usesLeft, 1);
});

test('a name that is no host name is refused', async () => {
  using state = await openControllerState();
  const { token } = state.token();
  for (const name of ['../x', 'a b', '-a', 'A', 'a/b', 'x'.repeat(254)]) {
    await assert.rejects(enrol(state, token, await makeKey(), { name }), { code: 'invalid', hint: /--name/ }, name);
  }
});

test('a wrong clock is named with its skew and direction before the token is spent', async () => {
  using state = await openControllerState();
  const { token } = state.token();
  const skewed = (ms: number) => makeKey().then((key) => enrol(state, token, key, { atMs: state.now() + ms }));
  await assert.rejects(skewed(-7_500_000), {
    code: 'invalid',
    message: /2 hours 5 minutes behind/,
    hint: /timedatectl.*chronyc/,
  });
  await assert.rejects(skewed(5 * 60_000 + 1), { message: /5 minutes ahead of/ });
  assert.equal((await skewed(5 * 60_000)).host, 'db-1');
});

test('a request that is broken, unsigned or of another kind of key is refused', async () => {
  using state = await openControllerState();
  const { id, token } = state.token();
  const request = { token, facts, name: '', atMs: state.now() };
  const good = await (await makeKey()).csr();
  const forged = Buffer.from(good);
  // The last byte belongs to the signature.
  forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
  const swapped = Buffer.from(good);
  swapped[good.indexOf(Buffer.from('any'))] = 0x42;
  for (const csrDer of [
    Buffer.alloc(0),
    Buffer.alloc(20_000),
    Buffer.from('junk'),
    good.subarray(0, 60),
    forged,
    swapped,
  ]) {
    await assert.rejects(enrolHost(state, { ...request, csrDer }), {
      code: 'invalid',
      message: /cannot accept certificate/,
    });
  }
  const p384 = await (await makeKey('P-384')).csr();
  await assert.rejects(enrolHost(state, { ...request, csrDer: p384 }), { code: 'invalid', message: /not EC P-256/ });
  assert.equal(state.stores.joinTokens.find(id)?.usesLeft, 1);
});

test('a removed host comes back only with a token made since, and its name is free', async () => {
  using state = await openControllerState();
  const key = await makeKey();
  const { token } = state.token({ uses: 5 });
  await enrol(state, token, key);
  state.clock.ms += 1_000;
  removeHost(state, 'db-1', 'ann');
  await assert.rejects(enrol(state, token, key), { code: 'denied', message: /db-1: it was removed/ });
  const replacement = await makeKey();
  assert.equal((await enrol(state, token, replacement)).host, 'db-1');
  state.clock.ms += 1_000;
  assert.equal((await enrol(state, state.token().token, key, { name: 'back' })).host, 'back');
});
