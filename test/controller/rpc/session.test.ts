import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'vitest';
import { removeHost } from '../../../controller/enrolment/inventory.ts';
import type { HostReport } from '../../../proto/report.ts';
import { eventually } from '../../support/eventually.ts';
import { facts, hostSpec, unitReport, unitSpec } from '../../support/samples.ts';
import { serveTestRpc, type TestRpc } from '../../support/serve-test-rpc.ts';

/** What a host that trusts us as it should says. */
const trusting = ({ state }: TestRpc): Partial<HostReport> => ({ trustDigest: state.authority.trustDigest() });
const online = (rpc: TestRpc, ...hosts: string[]) =>
  eventually(() => assert.deepEqual([...rpc.sessions.online()].sort(), hosts));

test('a host enrols, connects, reports, and is sent its spec', async () => {
  await using rpc = await serveTestRpc();
  const agent = await rpc.enrol('db-1');
  const { stores } = rpc.state;
  const revision = { epoch: 1, number: 3 };
  const spec = hostSpec({ revision, proof: rpc.state.authority.proveRevision('db-1', revision) });
  stores.specs.put('db-1', spec);
  const session = await agent.connect({ ...trusting(rpc), units: [unitReport({ state: 'starting' })] });
  await eventually(() => assert.deepEqual(session.heard, [{ kind: 'spec', spec }]));
  assert.equal(stores.reports.find('db-1')?.report.units[0]?.state, 'starting');
  assert.equal(stores.hosts.find('db-1')?.lastSeenAt, rpc.state.now());

  session.report({ ...trusting(rpc), revision: spec.revision, units: [unitReport()], converged: true });
  await eventually(() => assert.equal(stores.reports.find('db-1')?.report.converged, true));
  assert.deepEqual(rpc.state.events(), ['TokenCreated', 'HostEnrolled', 'HostConnected', 'UnitChanged']);
  assert.equal(stores.events.list({ limit: 1 })[0]?.message, 'ready, was starting');
  assert.equal(session.heard.length, 1);

  session.end();
  assert.equal(await session.ended, undefined);
  await online(rpc);
  assert.equal(rpc.state.events().at(-1), 'HostDisconnected');
});

test('a woken host is sent a newer spec, and not the one that it has', async () => {
  await using rpc = await serveTestRpc();
  const agent = await rpc.enrol('db-1');
  const session = await agent.connect(trusting(rpc));
  await online(rpc, 'db-1');
  rpc.sessions.wake(['db-1', 'unknown']);
  for (const number of [1, 2]) {
    rpc.state.stores.specs.put('db-1', hostSpec({ revision: { epoch: 1, number } }));
    rpc.sessions.wake(['db-1']);
    rpc.sessions.wake(['db-1']);
    await eventually(() => assert.equal(session.of('spec').length, number));
  }
  session.report({ ...trusting(rpc), revision: { epoch: 1, number: 2 } });
  await eventually(() => assert.equal(rpc.state.stores.reports.find('db-1')?.report.revision.number, 2));
  rpc.sessions.wake(['db-1']);
  await sleep(50);
  assert.equal(session.of('spec').length, 2);
});

test('a spec that the host has not taken in after a minute is sent again', async () => {
  await using rpc = await serveTestRpc();
  rpc.state.stores.specs.put('db-1', hostSpec());
  const session = await (await rpc.enrol('db-1')).connect(trusting(rpc));
  await eventually(() => assert.equal(session.of('spec').length, 1));
  rpc.state.clock.ms += 60_000;
  session.report(trusting(rpc));
  await eventually(() => assert.equal(session.of('spec').length, 2));
});

test('a spec of many megabytes arrives whole', async () => {
  await using rpc = await serveTestRpc();
  const content = Buffer.alloc(12 * 1024 * 1024, 'x');
  const spec = hostSpec({ units: [unitSpec({ files: [{ path: 'rules/a.yml', content, live: false }] })] });
  rpc.state.stores.specs.put('db-1', spec);
  const session = await (await rpc.enrol('db-1')).connect(trusting(rpc));
  const [heard] = await eventually(() => {
    assert.equal(session.of('spec').length, 1);
    return session.of('spec');
  });
  const arrived = heard?.spec.units[0]?.files[0]?.content ?? assert.fail('it has no file');
  // Not deepEqual: what it says of two such files that differ takes all memory that there is.
  assert.ok(content.equals(arrived));
});

test('a second session of a host takes the place of the first', async () => {
  await using rpc = await serveTestRpc();
  const agent = await rpc.enrol('db-1');
  const first = await agent.connect(trusting(rpc));
  await online(rpc, 'db-1');
  const second = await agent.connect(trusting(rpc));
  const fault = await first.ended;
  assert.equal(fault?.code, 'conflict');
  assert.match(fault?.message ?? '', /another session/);
  rpc.state.stores.specs.put('db-1', hostSpec());
  rpc.sessions.wake(['db-1']);
  await eventually(() => assert.equal(second.of('spec').length, 1));
  assert.deepEqual([...rpc.sessions.online()], ['db-1']);
  assert.ok(!rpc.state.events().includes('HostDisconnected'));
});

test('a host that goes without a word is noticed', async () => {
  await using rpc = await serveTestRpc();
  const session = await (await rpc.enrol('db-1')).connect();
  await online(rpc, 'db-1');
  session.cancel();
  await online(rpc);
});

test('a session begins with a report', async () => {
  await using rpc = await serveTestRpc();
  const session = (await (await rpc.enrol('db-1')).client()).connect();
  session.on('error', () => {});
  session.write({ result: { id: '1', ok: true, message: '' } });
  const status = await new Promise<{ details: string }>((resolve) => session.on('status', resolve));
  assert.match(status.details, /a session begins with a report/);
});

test('a report that says nothing new is not published', async () => {
  await using rpc = await serveTestRpc();
  const session = await (await rpc.enrol('db-1')).connect({ atMs: 1 });
  await eventually(() => assert.equal(rpc.state.stores.reports.find('db-1')?.report.atMs, 1));
  const listener = rpc.state.stream.listen(
    () => {},
    () => {},
  );
  session.report({ atMs: 2 });
  session.report({ atMs: 3, agentVersion: '0.2.0' });
  await eventually(() => assert.equal(rpc.state.stores.reports.find('db-1')?.report.atMs, 3));
  assert.deepEqual(listener.pending, [{ type: 'host', host: 'db-1' }]);
});

test('a host whose address changed changes the inventory, one that rebooted does not', async () => {
  await using rpc = await serveTestRpc();
  const session = await (await rpc.enrol('db-1')).connect();
  assert.equal(rpc.inventoryChanges(), 1);
  session.report({ facts: { ...facts, bootId: 'next' } });
  await eventually(() => assert.equal(rpc.state.stores.hosts.find('db-1')?.facts.bootId, 'next'));
  assert.equal(rpc.inventoryChanges(), 1);
  session.report({ facts: { ...facts, address: '10.9.9.9' } });
  await eventually(() => assert.equal(rpc.inventoryChanges(), 2));
});

test('a removed host is cut off and refused, by name', async () => {
  await using rpc = await serveTestRpc();
  const agent = await rpc.enrol('db-1');
  const session = await agent.connect();
  await online(rpc, 'db-1');
  removeHost(rpc.state, 'db-1', 'ann');
  rpc.sessions.disconnect('db-1');
  assert.equal((await session.ended)?.code, 'denied');
  assert.equal(rpc.sessions.online().size, 0);
  const fault = await (await agent.connect()).ended;
  assert.equal(fault?.code, 'denied');
  assert.match(fault?.message ?? '', /db-1: it was removed/);
  assert.match(fault?.hint ?? '', /new join token/);
  await assert.rejects(agent.renew(), { code: 'denied' });
  await assert.rejects(agent.fetch('ab'), { code: 'denied' });
});

test('a removed host that is still connected can say nothing more', async () => {
  await using rpc = await serveTestRpc();
  const session = await (await rpc.enrol('db-1')).connect();
  await online(rpc, 'db-1');
  removeHost(rpc.state, 'db-1', 'ann');
  session.report({ agentVersion: 'after' });
  assert.equal((await session.ended)?.code, 'denied');
  assert.equal(rpc.state.stores.reports.find('db-1'), undefined);
});

test('an agent that is ahead begins a new epoch, and nothing is sent until an operator applies', async () => {
  await using rpc = await serveTestRpc();
  const { stores } = rpc.state;
  const revision = { createdAtMs: 1, actor: 'ann', cause: 'apply', note: '', locks: {} } as const;
  const [ahead, behind] = [await rpc.enrol('ahead'), await rpc.enrol('behind')];
  stores.revisions.insert({ ...revision, revision: { epoch: 1, number: 5 } }, []);
  for (const host of ['ahead', 'behind']) stores.specs.put(host, hostSpec({ revision: { epoch: 1, number: 5 } }));
  const lost = { revision: { epoch: 1, number: 7 } };
  const proven = { ...lost, proof: rpc.state.authority.proveRevision('ahead', lost.revision) };
  const first = await ahead.connect({ ...trusting(rpc), ...proven });
  await eventually(() => assert.equal(stores.meta.held(), true));
  assert.equal(stores.meta.epoch(), 2);
  first.report({ ...trusting(rpc), ...proven, converged: true });
  const second = await behind.connect({ ...trusting(rpc), revision: { epoch: 1, number: 2 } });
  await eventually(() => assert.ok(stores.reports.find('behind') && stores.reports.find('ahead')?.report.converged));
  rpc.sessions.wake(['ahead', 'behind']);
  await sleep(100);
  assert.deepEqual([first.heard, second.heard], [[], []]);
  assert.equal(rpc.state.events().filter((kind) => kind === 'EpochBegun').length, 1);

  stores.revisions.insert({ ...revision, revision: { epoch: 2, number: 1 } }, []);
  stores.specs.put('behind', hostSpec({ revision: { epoch: 2, number: 1 } }));
  stores.meta.endHold();
  rpc.sessions.wake(['ahead', 'behind']);
  // What `ahead` should be has not changed since the state was restored; what it is has.
  for (const session of [first, second]) {
    await eventually(() => assert.deepEqual(session.of('spec')[0]?.spec.revision, { epoch: 2, number: 1 }));
  }
});

test('a report of an impossible revision ends the session and no epoch begins', async () => {
  await using rpc = await serveTestRpc();
  const session = await (await rpc.enrol('db-1')).connect({ revision: { epoch: 2 ** 52, number: 1 } });
  assert.equal((await session.ended)?.code, 'invalid');
  assert.equal(rpc.state.stores.meta.epoch(), 1);
});

test('what a report calls its host does not matter: it is saved for the host whose certificate it came with', async () => {
  await using rpc = await serveTestRpc();
  const liar = await rpc.enrol('liar');
  await rpc.enrol('db-1');
  await liar.connect({ facts: { ...facts, hostname: 'db-1' } });
  await eventually(() => assert.ok(rpc.state.stores.reports.find('liar')));
  assert.equal(rpc.state.stores.reports.find('db-1'), undefined);
});

test('a controller that stops ends every session, and does not say that its hosts have gone', async () => {
  const rpc = await serveTestRpc();
  const session = await (await rpc.enrol('db-1')).connect(trusting(rpc));
  await online(rpc, 'db-1');
  const { rpc: server, state } = rpc;
  await server[Symbol.asyncDispose]();
  assert.equal((await session.ended)?.code, 'unavailable');
  assert.ok(!state.events().includes('HostDisconnected'));
  assert.throws(() => rpc.sessions.open('db-1', { say: () => {}, end: () => {} }), { code: 'unavailable' });
  await rpc[Symbol.asyncDispose]();
});
