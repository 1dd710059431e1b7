import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'vitest';
import { WebSocket } from 'ws';
import { openEndpoint } from '../../../controller/cli/client.ts';
import type { LiveMessage } from '../../../controller/http/live.ts';
import { eventually } from '../../support/eventually.ts';
import { unitReport } from '../../support/samples.ts';
import { serveTestApi, type TestApi } from '../../support/serve-test-api.ts';

let api: TestApi;
const sockets: { close(): void }[] = [];
beforeEach(async () => {
  api = await serveTestApi();
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close();
  await api[Symbol.asyncDispose]();
});

const page = (protocols: string[], origin?: string) => {
  const port = api.http.pagePort;
  const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/live`, protocols, origin === undefined ? {} : { origin });
  sockets.push(socket);
  const heard: LiveMessage[] = [];
  socket.on('message', (text: Buffer) => heard.push(JSON.parse(text.toString()) as LiveMessage));
  const opened = new Promise<string>((done) => {
    socket.on('open', () => done('open'));
    socket.on('error', (error) => done(error.message));
  });
  return { socket, heard, opened };
};

test('a report is heard at once, as the whole of what the host is now', async () => {
  api.enrol('db-1');
  const heard: LiveMessage[] = [];
  const live = openEndpoint({ kind: 'socket', path: api.socket, user: 'ada' }).live(
    (message) => heard.push(message),
    () => {},
  );
  sockets.push(live);
  // Nothing says that a listener listens but that it hears.
  await eventually(() => {
    api.deps.stream.publish({ type: 'download', what: 'probe', done: 1, total: 2 });
    assert.notEqual(heard.length, 0);
  });
  api.connect('db-1');
  api.report('db-1', { units: [unitReport({ state: 'starting' })] });
  await eventually(() => {
    const hosts = heard.filter((message) => message.type === 'host');
    assert.equal(hosts.at(-1)?.host.units[0]?.state, 'starting');
    assert.equal(hosts.at(-1)?.host.online, true);
    assert.ok(heard.some((message) => message.type === 'event' && message.event.kind === 'HostConnected'));
  });
});

test('over TLS it takes a credential; on the page’s port one in the subprotocol does, since browsers have no other way', async () => {
  const credential = api.credential('viewer');
  const { socket, opened, heard } = page([`bearer.${credential}`]);
  assert.equal(await opened, 'open');
  assert.equal(socket.protocol, `bearer.${credential}`);
  api.deps.stream.publish({ type: 'download', what: 'prometheus', done: 1, total: 2 });
  await eventually(() => assert.deepEqual(heard, [{ type: 'download', what: 'prometheus', done: 1, total: 2 }]));

  const overTls: LiveMessage[] = [];
  const endpoint = { kind: 'https', host: '127.0.0.1', port: api.http.httpsPort, ca: api.ca, credential } as const;
  sockets.push(
    openEndpoint(endpoint).live(
      (message) => overTls.push(message),
      () => {},
    ),
  );
  await eventually(() => {
    api.deps.stream.publish({ type: 'download', what: 'x', done: 1, total: 2 });
    assert.notEqual(overTls.length, 0);
  });
});

test('the credential is not echoed where something else was offered beside it', async () => {
  const { socket, opened } = page(['promfleet', `bearer.${api.credential('viewer')}`]);
  assert.equal(await opened, 'open');
  assert.equal(socket.protocol, 'promfleet');
});

test('without a credential, or from the page of another site, it is refused', async () => {
  assert.match(await page([]).opened, /403/);
  assert.match(await page([`bearer.pfo_${'C'.repeat(43)}`]).opened, /403/);
  const credential = api.credential('viewer');
  assert.match(await page([`bearer.${credential}`], 'http://evil.example').opened, /403/);
  assert.equal(await page([`bearer.${credential}`], `http://127.0.0.1:${api.http.pagePort}`).opened, 'open');
});

test('a listener that does not read is dropped; the others hear on', async () => {
  const credential = api.credential('viewer');
  const slow = page([`bearer.${credential}`]);
  const quick = page([`bearer.${credential}`]);
  await Promise.all([slow.opened, quick.opened]);
  slow.socket.pause();
  const what = 'x'.repeat(100_000);
  // More than a socket's buffers hold, fed as fast as a listener could read it.
  for (let round = 0; round < 400 && slow.socket.readyState === WebSocket.OPEN; round++) {
    api.deps.stream.publish({ type: 'download', what: `${round} ${what}`, done: 1, total: 2 });
    await new Promise((done) => setImmediate(done));
  }
  slow.socket.resume();
  await eventually(() => assert.equal(slow.socket.readyState, WebSocket.CLOSED));
  api.deps.stream.publish({ type: 'download', what: 'last', done: 1, total: 2 });
  await eventually(() =>
    assert.ok(quick.heard.some((message) => message.type === 'download' && message.what === 'last')),
  );
});

test('who has lost the right to listen hears nothing more: neither what happens nor a log', async () => {
  api.enrol('db-1');
  const credential = api.credential('viewer');
  const { socket, opened, heard } = page([`bearer.${credential}`]);
  const closed = new Promise((done) => socket.on('close', done));
  assert.equal(await opened, 'open');
  const say = api.connect('db-1', (says) => {
    if (says.kind === 'logTail') tailed = says.tail.id;
  });
  let tailed = '';
  api.report('db-1', { units: [unitReport()] });
  const lines: string[] = [];
  const { httpsPort: port } = api.http;
  const endpoint = { kind: 'https', host: '127.0.0.1', port, ca: api.ca, credential } as const;
  const log = openEndpoint(endpoint).lines('/v1/logs/db-1/prometheus?follow=true', (line) => lines.push(line));
  const logged = (text: string) =>
    say.hear({ kind: 'logLines', logLines: { id: tailed, lines: [text], end: false, error: '' } });
  await eventually(() => assert.notEqual(tailed, ''));
  logged('before');
  await eventually(() => assert.equal(lines.length, 1));
  await eventually(() => assert.ok(heard.some((message) => message.type === 'host')));
  const before = heard.length;

  api.deps.stores.operators.revoke('viewer', api.deps.now());
  logged('after');
  api.report('db-1', { units: [unitReport({ state: 'failed' })] });
  await closed;
  await log;
  assert.equal(heard.length, before);
  assert.doesNotMatch(lines.join('\n'), /after/);
  assert.match(lines.at(-1) ?? '', /was revoked/);
});
