import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientDuplexStream } from '@grpc/grpc-js';
import { test } from 'vitest';
import { messageOf } from '../../../proto/fault.ts';
import type { AgentMessage } from '../../../proto/gen/promfleet/v1/AgentMessage.ts';
import type { ControllerMessage__Output } from '../../../proto/gen/promfleet/v1/ControllerMessage.ts';
import { writeAgentMessage } from '../../../proto/message.ts';
import { eventually } from '../../support/eventually.ts';
import { hostReport, hostSpec, unitSpec } from '../../support/samples.ts';
import { serveTestRpc, type TestRpc, TestSession } from '../../support/serve-test-rpc.ts';

/** Connected, reported, and reading nothing. */
async function deafAgent(rpc: TestRpc): Promise<ClientDuplexStream<AgentMessage, ControllerMessage__Output>> {
  const call = (await (await rpc.enrol('db-1')).client()).connect();
  call.on('error', () => {});
  call.write(
    writeAgentMessage({ kind: 'report', report: hostReport({ trustDigest: rpc.state.authority.trustDigest() }) }),
  );
  await eventually(() => assert.ok(rpc.state.stores.reports.find('db-1')));
  return call;
}

// More than any buffer on the way takes in, so that what follows waits for the agent to read.
const large = (number: number) => {
  const content = Buffer.alloc(1024 * 1024, number);
  const units = [unitSpec({ files: [{ path: 'a', content, live: false }] })];
  return hostSpec({ revision: { epoch: 1, number }, units });
};
const send = (rpc: TestRpc, number: number): void => {
  rpc.state.stores.specs.put('db-1', large(number));
  rpc.sessions.wake(['db-1']);
};

test('of the specs that a slow agent could not be sent yet, only the newest is kept', async () => {
  await using rpc = await serveTestRpc();
  const call = await deafAgent(rpc);
  for (let number = 1; number <= 40; number++) {
    send(rpc, number);
    await sleep(1);
  }
  const session = new TestSession(call);
  const numbers = () => session.of('spec').map((says) => says.spec.revision.number);
  await eventually(() => assert.equal(numbers().at(-1), 40));
  assert.ok(numbers().length < 10, `it was sent ${numbers().length} of 40`);
  assert.deepEqual(
    numbers(),
    [...numbers()].sort((a, b) => a - b),
  );
});

test('an agent that has stopped reading is let go, with a status', async () => {
  await using rpc = await serveTestRpc();
  const call = await deafAgent(rpc);
  for (let number = 1; number <= 20; number++) send(rpc, number);
  const tail = () => rpc.sessions.tailLog('db-1', { unit: 'u', lines: 1, follow: true }, () => {});
  for (let at = 0; at < 600; at++) tail().stop();
  const fault = await new TestSession(call).ended;
  assert.equal(fault?.code, 'unavailable');
  assert.match(fault?.message ?? '', /stopped reading/);
  await eventually(() => assert.equal(rpc.sessions.online().size, 0));
});

test('of too many questions at once, the last are refused', async () => {
  await using rpc = await serveTestRpc();
  await deafAgent(rpc);
  const asked = Array.from({ length: 257 }, () => rpc.sessions.operate('db-1', 'reload', 'u', 200));
  const faults = await Promise.all(asked.map((each) => each.then(() => 'answered', messageOf)));
  assert.equal(faults.filter((message) => /256 questions are open/.test(message)).length, 1);
  assert.equal(faults.filter((message) => /no answer in 0.2 s/.test(message)).length, 256);
});
