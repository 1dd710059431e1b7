import assert from 'node:assert/strict';
import { test } from 'vitest';
import { revokeToken } from '../../../controller/enrolment/create-token.ts';
import { enrolHost } from '../../../controller/enrolment/enrol.ts';
import { removeHost } from '../../../controller/enrolment/inventory.ts';
import { writeFacts } from '../../../proto/report.ts';
import { eventually } from '../../support/eventually.ts';
import { DAY_MS, makeKey, openControllerState, type TestKey } from '../../support/open-controller-state.ts';
import { facts } from '../../support/samples.ts';
import { callEnrolment, serveTestRpc, TestAgent, type TestRpc } from '../../support/serve-test-rpc.ts';

const enrol = async ({ rpc, state }: TestRpc, token: string, patch: { atMs?: number; name?: string } = {}) => {
  const csrDer = await (await makeKey()).csr();
  const request = {
    token,
    csrDer,
    name: '',
    facts: writeFacts(facts),
    atMs: state.now(),
    agentVersion: '0.1.0',
    ...patch,
  };
  return callEnrolment(rpc, state, (client, answer) => client.enrol(request, answer));
};
const renewLapsed = async ({ rpc, state }: TestRpc, key: TestKey) => {
  const request = { csrDer: await key.csr(), atMs: state.now() };
  return callEnrolment(rpc, state, (client, answer) => client.renewLapsed(request, answer));
};

test('whoever enrols is told its name, the roots and where sessions are', async () => {
  await using rpc = await serveTestRpc();
  const enrolled = await enrol(rpc, rpc.state.token().token, { name: 'web-1' });
  assert.equal(enrolled.host, 'web-1');
  assert.equal(enrolled.sessionPort, rpc.rpc.sessionPort);
  assert.deepEqual(enrolled.caDer, rpc.state.authority.roots());
  assert.equal(rpc.inventoryChanges(), 1);
});

test('a refusal arrives with its reason and the next move', async () => {
  await using rpc = await serveTestRpc();
  const used = rpc.state.token().token;
  await enrol(rpc, used, { name: 'first' });
  const revoked = rpc.state.token();
  revokeToken(rpc.state, revoked.id, 'ann');
  const short = rpc.state.token({ lastsMs: 1_000 }).token;
  const elsewhere = await openControllerState();
  using _ = elsewhere;
  const skewed = enrol(rpc, rpc.state.token().token, { name: 'b', atMs: rpc.state.now() - 3_600_000 });
  await assert.rejects(skewed, {
    code: 'invalid',
    message: /clock is 1 hour behind the controller’s/,
    hint: /timedatectl/,
  });
  rpc.state.clock.ms += 60_000;
  for (const [token, code, message] of [
    [used, 'denied', /used up/],
    [revoked.token, 'denied', /revoked/],
    [short, 'denied', /expired 59 seconds ago/],
    [elsewhere.token().token, 'denied', /never issued/],
    ['pfj_hello', 'invalid', /malformed/],
  ] as const) {
    await assert.rejects(enrol(rpc, token, { name: 'other' }), { name: 'Fault', code, message, hint: /./ });
  }
  await assert.rejects(enrol(rpc, rpc.state.token().token, { name: 'first' }), { code: 'conflict', hint: /remove/ });
  assert.equal(rpc.inventoryChanges(), 1);
});

test('who trusts another authority does not talk to us', async () => {
  await using rpc = await serveTestRpc();
  const other = await openControllerState();
  using _ = other;
  const csrDer = await (await makeKey()).csr();
  const request = { token: rpc.state.token().token, csrDer, name: '', facts: writeFacts(facts), atMs: rpc.state.now() };
  await assert.rejects(
    callEnrolment(rpc.rpc, other, (client, answer) => client.enrol(request, answer)),
    { code: 'unavailable', message: /self.signed certificate|unable to (get|verify)/ },
  );
  assert.deepEqual(rpc.state.stores.hosts.all(), []);
});

test('an agent of another authority is refused, whatever its certificate says', async () => {
  await using rpc = await serveTestRpc();
  const mine = await rpc.enrol('db-1');
  const other = await openControllerState();
  using _ = other;
  const { token } = other.token();
  const forged = await enrolHost(other, {
    token,
    csrDer: await mine.key.csr(),
    facts,
    name: 'db-1',
    atMs: other.now(),
  });
  const agent = new TestAgent(rpc.rpc, mine.key, { ...forged, caDer: [...rpc.state.authority.roots()] });
  const session = await agent.connect();
  assert.equal((await session.ended)?.code, 'unavailable');
  agent.close();
  assert.equal(rpc.sessions.online().size, 0);
});

test('a host whose key is not enrolled is refused, though we signed its certificate', async () => {
  await using rpc = await serveTestRpc();
  const key = await makeKey();
  const { authority } = rpc.state;
  const spki = Buffer.from(await crypto.subtle.exportKey('spki', key.keys.publicKey));
  const { der } = await authority.signHost('ghost', spki);
  const agent = new TestAgent(rpc.rpc, key, { certificateDer: der, caDer: [...authority.roots()] });
  const fault = await (await agent.connect()).ended;
  assert.equal(fault?.code, 'denied');
  assert.match(fault?.message ?? '', /not enrolled here/);
  agent.close();
});

test('a lapsed certificate opens no session, is renewed by the key, and then does', async () => {
  using state = await openControllerState(40);
  const key = await makeKey();
  const { token } = state.token();
  const enrolled = await enrolHost(state, { token, csrDer: await key.csr(), facts, name: 'db-1', atMs: state.now() });
  state.clock.ms = Date.now();
  await using rpc = await serveTestRpc({ state });
  const agent = new TestAgent(rpc.rpc, key, { ...enrolled, caDer: [...enrolled.authorities] });
  assert.equal((await (await agent.connect()).ended)?.code, 'unavailable');
  agent.identity = await renewLapsed(rpc, key);
  await agent.connect();
  await eventually(() => assert.deepEqual([...rpc.sessions.online()], ['db-1']));
  agent.close();

  rpc.state.clock.ms = (state.stores.hosts.find('db-1')?.certificateUntil ?? 0) + 90 * DAY_MS + 1;
  await assert.rejects(renewLapsed(rpc, key), { code: 'denied', message: /lapsed 90 days ago/, hint: /join token/ });
  rpc.state.clock.ms -= DAY_MS;
  removeHost(state, 'db-1', 'ann');
  await assert.rejects(renewLapsed(rpc, key), { code: 'denied', message: /was removed/ });
  await assert.rejects(renewLapsed(rpc, await makeKey()), { code: 'denied', message: /not enrolled here/ });
});

test('a stranger who says more than enrolling takes is cut off', async () => {
  await using rpc = await serveTestRpc();
  await assert.rejects(enrol(rpc, 'x'.repeat(100_000)), { message: /larger than max/ });
});
