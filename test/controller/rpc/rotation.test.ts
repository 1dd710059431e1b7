import assert from 'node:assert/strict';
import { test } from 'vitest';
import { finishRotation, rotateAuthority } from '../../../controller/enrolment/rotate.ts';
import { eventually } from '../../support/eventually.ts';
import { hostSpec } from '../../support/samples.ts';
import { serveTestRpc } from '../../support/serve-test-rpc.ts';

test('a renewal leaves the session as it is', async () => {
  await using rpc = await serveTestRpc();
  const agent = await rpc.enrol('db-1');
  const session = await agent.connect({ trustDigest: rpc.state.authority.trustDigest() });
  await eventually(() => assert.equal(rpc.sessions.online().size, 1));
  const before = agent.identity.certificateDer;
  await agent.renew();
  assert.notDeepEqual(agent.identity.certificateDer, before);
  rpc.state.stores.specs.put('db-1', hostSpec());
  rpc.sessions.wake(['db-1']);
  await eventually(() => assert.equal(session.of('spec').length, 1));
  assert.ok(!rpc.state.events().includes('HostDisconnected'));
});

test('the authority is replaced under connected agents, none of which loses its session', async () => {
  await using rpc = await serveTestRpc();
  const { state } = rpc;
  const agent = await rpc.enrol('db-1');
  const session = await agent.connect({ trustDigest: state.authority.trustDigest() });
  await eventually(() => assert.equal(rpc.sessions.online().size, 1));
  assert.deepEqual(session.heard, []);

  await rotateAuthority(state, 'ann');
  await rpc.rpc.rebind();
  const [trust] = await eventually(() => {
    assert.equal(session.of('trust').length, 1);
    return session.of('trust');
  });
  assert.deepEqual(trust?.authorities, state.authority.roots());
  assert.equal(trust?.authorities.length, 2);
  assert.equal(trust?.renew, true);
  await assert.rejects(finishRotation(state, 'ann'), { code: 'conflict' });

  // Its old certificate still lets it in, the new one too; a newcomer gets both roots.
  await agent.renew();
  session.report({ trustDigest: state.authority.trustDigest() });
  const second = await agent.connect({ trustDigest: state.authority.trustDigest() });
  await session.ended;
  const newcomer = await rpc.enrol('db-2');
  const third = await newcomer.connect({ trustDigest: state.authority.trustDigest() });
  await eventually(() => assert.ok(state.stores.reports.find('db-2')));
  assert.deepEqual([second.heard, third.heard], [[], []]);

  await finishRotation(state, 'ann');
  await rpc.rpc.rebind();
  for (const each of [second, third]) {
    await eventually(() => assert.deepEqual(each.of('trust')[0]?.authorities, state.authority.roots()));
    assert.equal(each.of('trust')[0]?.renew, false);
  }
  assert.equal(rpc.sessions.online().size, 2);
  const fourth = await agent.connect();
  await eventually(() => assert.equal(fourth.of('trust').length, 1));
});

test('a certificate of a retired root opens no new session', async () => {
  await using rpc = await serveTestRpc();
  const { state } = rpc;
  const agent = await rpc.enrol('db-1');
  const old = agent.identity;
  await rotateAuthority(state, 'ann');
  await rpc.rpc.rebind();
  await agent.renew();
  const trusting = { trustDigest: state.authority.trustDigest() };
  await agent.connect(trusting);
  await eventually(() => assert.equal(state.stores.reports.find('db-1')?.report.trustDigest, trusting.trustDigest));
  await finishRotation(state, 'ann');
  await rpc.rpc.rebind();
  agent.identity = { ...old, caDer: [...agent.identity.caDer] };
  const session = await agent.connect();
  assert.equal((await session.ended)?.code, 'unavailable');
});

test('a certificate that was issued and never arrived is issued anew, and the old root stays until then', async () => {
  await using rpc = await serveTestRpc();
  const { state } = rpc;
  const agent = await rpc.enrol('db-1');
  const before = agent.identity;
  await rotateAuthority(state, 'ann');
  await rpc.rpc.rebind();
  await agent.renew();
  agent.identity = before;
  const session = await agent.connect({ trustDigest: state.authority.trustDigest() });
  await eventually(() => assert.equal(session.of('trust')[0]?.renew, true));
  await assert.rejects(finishRotation(state, 'ann'), { code: 'conflict' });
});
