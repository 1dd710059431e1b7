import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { test as oneByOne } from 'vitest';
import { IdentityFile } from '../../../agent/state/identity-file.ts';
import { readReportFile } from '../../../agent/state/report-file.ts';
import { uninstall } from '../../../agent/uninstall.ts';
import { eventually } from '../../support/eventually.ts';
import { quiet } from '../agent-scene.ts';
import { openPair } from './pair.ts';

const test = oneByOne.concurrent;

test('on a copy with a machine-id of its own nothing begins under the identity of the first, until it has its own', async () => {
  await using pair = await openPair();
  pair.machineId = 'first';
  await pair.enrol();
  const file = new IdentityFile(pair.layout.state);
  const { key } = file.read() ?? {};
  pair.machineId = 'copy';
  pair.start();
  await eventually(() => {
    const [problem] = readReportFile(pair.layout.state).problems;
    assert.equal(problem?.code, 'copied_identity');
    assert.match(problem.message, /a copy of that of web-1: its machine-id is first, this machine’s is copy/);
    assert.match(problem.hint, /promfleet-agent enrol/);
  });
  assert.equal(pair.rpc.sessions.online().size, 0);
  await assert.rejects(pair.enrol({ token: '' }), { code: 'conflict', hint: /--same-machine/ });
  await assert.rejects(pair.enrol(), { code: 'conflict', message: /a host of that name is enrolled with another key/ });
  assert.equal(file.read()?.key, key, 'what was there stays until there is something else');
  assert.deepEqual(await pair.enrol({ name: 'web-2' }), { host: 'web-2', isNew: true });
  assert.notEqual(file.read()?.key, key);
  await eventually(() => assert.ok(pair.rpc.sessions.online().has('web-2')), 15_000);
  assert.deepEqual(
    readdirSync(pair.layout.state).filter((name) => name.includes('key')),
    [],
  );
});

test('a machine whose machine-id was made anew stays itself when it is told so; one that has none is not doubted', async () => {
  await using pair = await openPair();
  pair.machineId = 'before';
  await pair.enrol();
  const file = new IdentityFile(pair.layout.state);
  pair.machineId = 'after';
  assert.deepEqual(await pair.enrol({ token: '', sameMachine: true }), { host: 'web-1', isNew: false });
  assert.equal(file.read()?.machineId, 'after');
  pair.machineId = '';
  pair.start();
  await pair.untilOnline();
});

test('an identity of before machines were noted is that of the machine that it is on', async () => {
  await using pair = await openPair();
  await pair.enrol();
  pair.machineId = 'here';
  pair.start();
  await pair.untilOnline();
  await eventually(() => assert.equal(new IdentityFile(pair.layout.state).read()?.machineId, 'here'));
});

test('a running agent takes up the new identity that it is given, without a restart', async () => {
  await using pair = await openPair();
  await pair.enrol();
  pair.start();
  await pair.untilOnline();
  await pair.enrol({ newIdentity: true, name: 'web-9' });
  pair.rpc.sessions.disconnect('web-1');
  await eventually(() => assert.ok(pair.rpc.sessions.online().has('web-9')), 15_000);
});

test('an uninstall leaves the identity when asked, and with it no token is needed', async () => {
  await using pair = await openPair();
  await pair.enrol();
  const { layout, now } = pair;
  const { certificate } = new IdentityFile(layout.state).read() ?? {};
  pair.start();
  await pair.untilOnline();
  await pair.stop();
  await uninstall({ layout, supervisor: 'process', keepData: false, keepIdentity: true, now, log: quiet });
  assert.deepEqual(readdirSync(layout.state), ['identity.json']);
  assert.deepEqual(await pair.enrol({ token: '' }), { host: 'web-1', isNew: false });
  assert.notEqual(new IdentityFile(layout.state).read()?.certificate, certificate);
  await uninstall({ layout, supervisor: 'process', keepData: false, keepIdentity: false, now, log: quiet });
  assert.equal(existsSync(layout.state), false);
});
