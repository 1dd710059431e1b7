import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { test as oneByOne } from 'vitest';
import { IdentityFile } from '../../../agent/state/identity-file.ts';
import { removeHost } from '../../../controller/enrolment/inventory.ts';
import { eventually } from '../../support/eventually.ts';
import { fakeRelease } from '../../support/fake-release.ts';
import { freePorts } from '../../support/free-port.ts';
import { serveTestRpc } from '../../support/serve-test-rpc.ts';
import { fakeUnit, temporaryHome } from '../agent-scene.ts';
import { openPair, Pair } from './pair.ts';

const test = oneByOne.concurrent;

test('with no token at all it is said where one comes from; a host of another controller is not taken over', async () => {
  await using pair = await openPair();
  await using other = await openPair();
  await assert.rejects(pair.enrol({ token: '' }), {
    code: 'invalid',
    message: 'cannot enrol: no join token was given',
  });
  await pair.enrol();
  const change = { pin: other.rpc.state.authority.pin().replace('sha256:', ''), port: other.rpc.rpc.enrolmentPort };
  await assert.rejects(pair.enrol(change), {
    code: 'conflict',
    message: /^cannot enrol with 127.0.0.1:\d+: this host is enrolled already, as web-1, with the controller at 127/,
  });
});

test('a removed host joins again with a new token, with the key that it has, also while its agent runs', async () => {
  await using pair = await openPair();
  const { stores, now, commit } = pair.rpc.state;
  await pair.enrol();
  pair.start();
  await pair.untilOnline();
  const { key } = new IdentityFile(pair.layout.state).read() ?? {};
  removeHost({ stores, commit, now }, 'web-1', 'ann');
  pair.rpc.state.clock.ms += 1_000;
  pair.rpc.sessions.disconnect('web-1');
  await assert.rejects(pair.enrol({ token: '' }), { message: 'cannot enrol: no join token was given' });
  assert.deepEqual(await pair.enrol(), { host: 'web-1', isNew: true });
  assert.equal(new IdentityFile(pair.layout.state).read()?.key, key);
  await pair.untilOnline();
});

test('what another controller wanted of this host counts for nothing once it is enrolled anew', async () => {
  using archives = temporaryHome();
  await using pair = await openPair(archives.path);
  const made = await fakeRelease('1.0.0');
  writeFileSync(`${archives.path}/${made.release.sha256}`, made.archive);
  const unit = fakeUnit({ release: made, port: (await freePorts(1))[0] as number });
  await pair.enrol();
  pair.start();
  await pair.untilOnline();
  for (let revision = 0; revision < 3; revision++) pair.want(unit);
  const { pid } = await pair.untilReady();
  await pair.stop();

  await using other = new Pair(await serveTestRpc({ archives: archives.path }), pair.home);
  rmSync(`${pair.layout.state}/identity.json`);
  await other.enrol();
  other.start();
  await other.untilOnline();
  await eventually(() => assert.deepEqual(other.report?.revision, { epoch: 0, number: 0 }));
  assert.equal(other.report?.units[0]?.pid, pid, 'what ran runs on until the new controller speaks');
  other.want(unit);
  assert.equal((await other.untilReady()).pid, pid);
  assert.deepEqual(
    other.rpc.state.events().filter((kind) => kind === 'EpochBegun'),
    [],
  );
});
