import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'vitest';
import { cloneProblem } from '../../../controller/sessions/boots.ts';
import { eventually } from '../../support/eventually.ts';
import { facts } from '../../support/samples.ts';
import { serveTestRpc, type TestAgent, type TestRpc } from '../../support/serve-test-rpc.ts';

const boot = (bootId: string, address = '10.0.0.7') => ({ facts: { ...facts, bootId, address } });
const reported = (rpc: TestRpc) => rpc.state.stores.reports.find('db-1')?.report.facts.bootId;
const until = (rpc: TestRpc, bootId: string) => eventually(() => assert.equal(reported(rpc), bootId));

/** Connects as the machine of this boot, and answers what it is asked. */
async function live(agent: TestAgent, bootId: string, address?: string) {
  const session = await agent.connect(boot(bootId, address));
  const answering = setInterval(() => {
    for (const { ask } of session.of('ask').splice(0)) {
      const answer = { id: ask.id, status: 0, contentType: '', body: Buffer.alloc(0), error: 'no' };
      session.say({ kind: 'answer', answer });
    }
  }, 20);
  void session.ended.then(() => clearInterval(answering));
  return session;
}

test('a copied disk: the machine that was there first stays, the other is refused and told why', async () => {
  await using rpc = await serveTestRpc();
  const agent = await rpc.enrol('db-1');
  const first = await live(agent, 'first');
  await until(rpc, 'first');
  const copy = await live(agent, 'copy', '10.0.0.8');
  assert.equal((await first.ended)?.code, 'conflict');
  await until(rpc, 'copy');
  const back = await live(agent, 'first');
  const fault = await copy.ended;
  assert.equal(fault?.code, 'denied');
  assert.match(fault?.message ?? '', /cannot admit this machine as db-1: another machine is alive with the same key/);
  assert.match(fault?.hint ?? '', /--new-identity/);
  await until(rpc, 'first');

  // However often it tries, the session of the first is not disturbed.
  const again = await live(agent, 'copy', '10.0.0.8');
  assert.equal((await again.ended)?.code, 'denied');
  back.report({ ...boot('first'), agentVersion: 'still here' });
  await eventually(() => assert.equal(rpc.state.stores.reports.find('db-1')?.report.agentVersion, 'still here'));
  assert.deepEqual(
    rpc.state.events().filter((kind) => kind !== 'TokenCreated' && kind !== 'HostEnrolled'),
    ['HostConnected', 'HostCloned'],
  );
  const problem = cloneProblem(rpc.state.stores.boots.of('db-1'), rpc.state.now());
  assert.match(problem?.message ?? '', /db-1 at 10.0.0.8, has the identity/);
});

test('a session of before a reboot that comes late answers nothing, and disturbs nobody', async () => {
  await using rpc = await serveTestRpc();
  const agent = await rpc.enrol('db-1');
  const before = await live(agent, 'first');
  await until(rpc, 'first');
  before.cancel();
  const session = await live(agent, 'second');
  await until(rpc, 'second');
  const late = await agent.connect(boot('first'));
  await eventually(() => assert.equal(late.of('ask').length, 1));
  await sleep(100);
  session.report({ ...boot('second'), agentVersion: 'still here' });
  await eventually(() => assert.equal(rpc.state.stores.reports.find('db-1')?.report.agentVersion, 'still here'));
  assert.equal(reported(rpc), 'second');
  assert.ok(!rpc.state.events().includes('HostCloned'));
});

test('an agent that is started again, or whose connection broke, is the same machine', async () => {
  await using rpc = await serveTestRpc();
  const agent = await rpc.enrol('db-1');
  for (let time = 0; time < 3; time++) {
    const session = await agent.connect(boot('same'));
    await until(rpc, 'same');
    if (time === 1) session.cancel();
  }
  assert.equal(rpc.state.stores.boots.of('db-1').length, 1);
});
