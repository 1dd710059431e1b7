import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test as oneByOne } from 'vitest';
import { setControllers } from '../../../agent/set-controllers.ts';
import { IdentityFile } from '../../../agent/state/identity-file.ts';
import { eventually } from '../../support/eventually.ts';
import { freePorts } from '../../support/free-port.ts';
import { serveTestRpc } from '../../support/serve-test-rpc.ts';
import { openPair } from './pair.ts';

const test = oneByOne.concurrent;

test('a host is told all names of its controller when it enrols, and any change of them in its session', async () => {
  await using pair = await openPair(undefined, ['localhost', '::1']);
  const { sessionPort, enrolmentPort } = pair.rpc.rpc;
  await pair.enrol();
  const file = new IdentityFile(pair.layout.state);
  const all = (port: number) => [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`];
  assert.deepEqual(file.read()?.sessions, all(sessionPort));
  assert.deepEqual(file.read()?.enrolments, all(enrolmentPort));
  await file.change({ sessions: [`127.0.0.1:${sessionPort}`, 'gone.invalid:9441'], enrolments: ['gone.invalid:9442'] });
  pair.start();
  await pair.untilOnline();
  await eventually(() => assert.deepEqual(file.read()?.sessions, all(sessionPort)));
  assert.deepEqual(file.read()?.enrolments, all(enrolmentPort).slice(1));
});

test('dead addresses cost little, and nothing any more once one has answered', async () => {
  await using pair = await openPair();
  await pair.enrol();
  const file = new IdentityFile(pair.layout.state);
  const works = `127.0.0.1:${pair.rpc.rpc.sessionPort}`;
  // One that refuses, and one that takes the connection and never says a word.
  const mute = createServer().listen(0, '127.0.0.1');
  await once(mute, 'listening');
  const silent = `127.0.0.1:${(mute.address() as { port: number }).port}`;
  const [closed] = await freePorts(1);
  await file.change({ sessions: [`127.0.0.1:${closed}`, silent, works] });
  const began = performance.now();
  pair.start();
  await pair.untilOnline();
  assert.ok(performance.now() - began < 9_000, 'far less than the 10 s that one address is given');
  assert.deepEqual(file.read()?.sessions, [works, `127.0.0.1:${closed}`, silent]);
  mute.close();
});

test('a controller that moved is found by its other name, or where an administrator of the host says', async () => {
  await using pair = await openPair();
  const { state } = pair.rpc;
  await using moved = await serveTestRpc({ state, names: ['localhost'] });
  await using again = await serveTestRpc({ state });
  await pair.enrol();
  const file = new IdentityFile(pair.layout.state);
  const first = `127.0.0.1:${pair.rpc.rpc.sessionPort}`;
  await file.change({ sessions: [first, `localhost:${moved.rpc.sessionPort}`] });
  pair.start();
  await pair.untilOnline();
  await pair.rpc.rpc[Symbol.asyncDispose]();
  await eventually(() => assert.ok(moved.sessions.online().has('web-1')), 15_000);

  // It says that it is reached there alone.
  await eventually(() => assert.deepEqual(file.read()?.sessions, [`localhost:${moved.rpc.sessionPort}`]));
  await moved.rpc[Symbol.asyncDispose]();
  await assert.rejects(setControllers(file, ['no/name']), { code: 'invalid', hint: /HOST:PORT/ });
  await setControllers(file, [`127.0.0.1:${again.rpc.sessionPort}`]);
  await eventually(() => assert.ok(again.sessions.online().has('web-1')), 15_000);
  assert.deepEqual(file.read()?.sessions, [`127.0.0.1:${again.rpc.sessionPort}`]);
});
