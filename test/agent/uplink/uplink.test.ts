import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test as oneByOne } from 'vitest';
import { workApart } from '../../../agent/apart.ts';
import { bringApart } from '../../../agent/bring-apart.ts';
import { IdentityFile } from '../../../agent/state/identity-file.ts';
import { eventually } from '../../support/eventually.ts';
import { fakeRelease } from '../../support/fake-release.ts';
import { freePorts } from '../../support/free-port.ts';
import { DAY_MS } from '../../support/open-controller-state.ts';
import { fakeUnit, temporaryHome } from '../agent-scene.ts';
import { openPair } from './pair.ts';

const test = oneByOne.concurrent;
const apart = workApart(fileURLToPath(new URL('../../../agent/main.ts', import.meta.url)));

test('a host enrols with a key that never leaves it, once', async () => {
  await using pair = await openPair();
  assert.deepEqual(await pair.enrol(), { host: 'web-1', isNew: true });
  assert.deepEqual(await pair.enrol({ token: 'none at all' }), { host: 'web-1', isNew: false });
  const path = `${pair.layout.state}/identity.json`;
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(existsSync(`${pair.layout.state}/enrolment-key.pem`), false);
  assert.deepEqual(new IdentityFile(pair.layout.state).read()?.sessions, [`127.0.0.1:${pair.rpc.rpc.sessionPort}`]);
});

test('what is wrong with an enrolment is said in words', async () => {
  await using pair = await openPair();
  const wrong = 'ab'.repeat(32);
  const right = pair.rpc.state.authority.pin();
  await assert.rejects(pair.enrol({ pin: wrong }), {
    code: 'denied',
    message: new RegExp(`wrong CA: 127.0.0.1:\\d+ answers with ${right}, and sha256:${wrong} was given`),
  });
  await assert.rejects(pair.enrol({ token: 'pfj_hello' }), { code: 'invalid', message: /malformed/ });
  const [closed] = await freePorts(1);
  await assert.rejects(pair.enrol({ port: closed as number }), {
    code: 'unavailable',
    message: /cannot reach the controller.*ECONNREFUSED/,
  });
  pair.clockMs = -3_600_000;
  await assert.rejects(pair.enrol(), { code: 'invalid', message: /clock is .* behind the controller/ });
  pair.clockMs = -10 * 365 * DAY_MS;
  await assert.rejects(pair.enrol(), {
    code: 'invalid',
    message: /^cannot enrol: this host’s clock is 36(49|50) days .*behind the controller’s$/,
  });
  assert.equal(new IdentityFile(pair.layout.state).read(), undefined);
});

test('an answer that was lost is asked for again with the same key, and spends no other token', async () => {
  await using pair = await openPair();
  const { token } = pair.rpc.state.token();
  await pair.enrol({ token });
  const { key } = new IdentityFile(pair.layout.state).read() ?? {};
  // As if the agent had died between the controller's answer and writing it down.
  const { rm } = await import('node:fs/promises');
  await rm(`${pair.layout.state}/identity.json`);
  writeFileSync(`${pair.layout.state}/enrolment-key.pem`, key ?? '', { mode: 0o600 });
  assert.deepEqual(await pair.enrol({ token }), { host: 'web-1', isNew: true });
});

test('a spec arrives, its release is fetched from the controller, and the report is the answer', async () => {
  using archives = temporaryHome();
  await using pair = await openPair(archives.path);
  pair.bring = (address) => bringApart(apart, pair.home.path, address);
  const made = await fakeRelease('1.0.0');
  writeFileSync(`${archives.path}/${made.release.sha256}`, made.archive);
  const port = (await freePorts(1))[0] as number;
  await pair.enrol();
  pair.start();
  await pair.untilOnline();
  pair.want(fakeUnit({ release: made, port }));
  const { pid } = await pair.untilReady();
  assert.equal(pair.report?.facts.address, '127.0.0.1');
  assert.equal(pair.report?.trustDigest, pair.rpc.state.authority.trustDigest());

  const answer = await pair.rpc.sessions.ask('web-1', { unit: 'prometheus', port, path: '/config?x=1' }, 5_000);
  assert.equal(answer.status, 404);
  const known = await pair.rpc.sessions.ask('web-1', { unit: 'prometheus', port, path: '/-/ready' }, 5_000);
  assert.deepEqual([known.status, Buffer.from(known.body).toString()], [200, 'ready']);
  const foreign = await pair.rpc.sessions.ask(
    'web-1',
    { unit: 'prometheus', port: pair.rpc.rpc.sessionPort, path: '/' },
    5_000,
  );
  assert.match(foreign.error, /does not listen on port/);

  assert.deepEqual(await pair.rpc.sessions.operate('web-1', 'reload', 'prometheus', 10_000), {
    ok: true,
    message: '',
    id: '4',
  });
  const missing = await pair.rpc.sessions.operate('web-1', 'restart', 'nothing', 10_000);
  assert.match(missing.message, /cannot restart nothing: it is not on this host/);
  await pair.rpc.sessions.operate('web-1', 'restart', 'prometheus', 10_000);
  const restarted = await eventually(async () => {
    const unit = await pair.untilReady();
    assert.notEqual(unit.pid, pid);
    return unit;
  });

  pair.want(fakeUnit({ release: made, port, config: 'bad' }));
  await eventually(() => assert.match(pair.report?.units[0]?.message ?? '', /refused its new config/), 10_000);
  const lines: string[] = [];
  const tail = pair.rpc.sessions.tailLog('web-1', { unit: 'prometheus', lines: 5, follow: true }, (more) =>
    lines.push(...more),
  );
  await eventually(() =>
    assert.ok(
      lines.some((line) => line.includes('the config is bad')),
      lines.join('\n'),
    ),
  );
  tail.stop();
  await tail.done;

  // Its end ends no unit; the next one adopts it.
  await pair.stop();
  pair.start();
  await eventually(() => assert.equal(pair.report?.units[0]?.pid, restarted.pid));
});

test('a controller that goes away is found again, and a host goes on without it', async () => {
  using archives = temporaryHome();
  await using pair = await openPair(archives.path);
  await pair.enrol();
  pair.start();
  await pair.untilOnline();
  pair.rpc.sessions.disconnect('web-1');
  await eventually(() => assert.equal(pair.rpc.sessions.online().size, 0));
  await pair.untilOnline();
});

test('a certificate is renewed from a third of its life, and by its key alone once it has lapsed', async () => {
  await using pair = await openPair();
  await pair.enrol();
  const file = new IdentityFile(pair.layout.state);
  const first = file.read();
  pair.clockMs = 11 * DAY_MS;
  pair.start();
  await eventually(() => assert.notEqual(file.read()?.certificate, first?.certificate));
  assert.equal(file.read()?.key, first?.key);
  await pair.stop();

  const second = file.read();
  pair.clockMs = 40 * DAY_MS;
  pair.rpc.state.clock.ms += 40 * DAY_MS;
  pair.start();
  await eventually(() => assert.notEqual(file.read()?.certificate, second?.certificate));
});

test('new authorities are trusted and used as soon as the controller says so', async () => {
  await using pair = await openPair();
  await pair.enrol();
  pair.start();
  await pair.untilOnline();
  const file = new IdentityFile(pair.layout.state);
  const { certificate } = file.read() ?? {};
  await pair.rpc.state.authority.rotate();
  await pair.rpc.rpc.rebind();
  await eventually(() => assert.equal(file.read()?.authorities.length, 2));
  await eventually(() => assert.notEqual(file.read()?.certificate, certificate));
  await eventually(() => assert.equal(pair.report?.trustDigest, pair.rpc.state.authority.trustDigest()));
  await pair.stop();
  pair.start();
  await pair.untilOnline();
});

test('an identity that can’t be used is named', async () => {
  await using pair = await openPair();
  mkdirSync(pair.layout.state, { recursive: true });
  writeFileSync(`${pair.layout.state}/identity.json`, '{"host": "web-1"}');
  await assert.rejects(pair.enrol(), /cannot use the identity of this host, .*identity.json/);
  assert.equal(readFileSync(`${pair.layout.state}/identity.json`, 'utf8'), '{"host": "web-1"}');
});
