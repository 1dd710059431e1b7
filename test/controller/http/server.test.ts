import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { request } from 'node:http';
import { createConnection } from 'node:net';
import { connect } from 'node:tls';
import { afterAll, beforeAll, test } from 'vitest';
import { openEndpoint } from '../../../controller/cli/client.ts';
import type { Fault } from '../../../proto/fault.ts';
import { serveTestApi, type TestApi } from '../../support/serve-test-api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await serveTestApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const local = () => openEndpoint({ kind: 'socket', path: api.socket, user: 'ada' });
const remote = (credential: string, ca = api.ca) =>
  openEndpoint({ kind: 'https', host: '127.0.0.1', port: api.http.httpsPort, ca, credential });

interface Raw {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** One plain request over the socket or the page's port. */
async function raw(
  path: string,
  options: { method?: string; headers?: Record<string, string>; port?: number; body?: string | Buffer } = {},
): Promise<Raw> {
  const { method = 'GET', headers = {}, port, body } = options;
  const { promise, resolve, reject } = Promise.withResolvers<Raw>();
  const where = port === undefined ? { socketPath: api.socket } : { port, host: '127.0.0.1' };
  const asked = request({ ...where, path, method, headers }, (response) => {
    let text = '';
    response.on('data', (chunk: Buffer) => (text += chunk.toString()));
    response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
  });
  asked.on('error', reject);
  asked.end(body);
  return await promise;
}

test('the local socket is for its owner and group, and whoever opens it is an admin', async () => {
  assert.equal(statSync(api.socket).mode & 0o777, 0o660);
  assert.deepEqual(await local().get('/v1/operators'), []);
});

test('over TLS a credential says who asks; the same answer comes over both ways', async () => {
  const client = remote(api.credential('viewer'));
  assert.deepEqual(await client.get('/v1/hosts'), await local().get('/v1/hosts'));
});

test('a controller of another authority is not spoken to', async () => {
  await using other = await serveTestApi();
  await assert.rejects(
    remote('pfo_x', other.ca).get('/v1/status'),
    (fault: Fault) => fault.code === 'unavailable' && fault.message.includes('not of the authority that was pinned'),
  );
});

test('the server certificate is renewed in place: an open connection stays', async () => {
  const socket = connect({
    host: '127.0.0.1',
    port: api.http.httpsPort,
    ca: api.ca,
    servername: 'promfleet-controller',
  });
  await new Promise((done) => socket.once('secureConnect', done));
  api.http.renewCertificate();
  socket.write('GET /v1/openapi.json HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
  const first = await new Promise<Buffer>((done) => socket.once('data', done));
  assert.match(first.toString(), /^HTTP\/1.1 200/);
  socket.destroy();
});

test('what is not a route is told of the nearest, and a wrong method of the right ones', async () => {
  const missing = await raw('/v1/hots');
  assert.equal(missing.status, 404);
  assert.match((JSON.parse(missing.body) as Fault).hint ?? '', /nearest is GET \/v1\/hosts/);
  const wrong = await raw('/v1/status', { method: 'POST' });
  assert.equal(wrong.status, 405);
  assert.equal(wrong.headers['allow'], 'GET');
});

test('HEAD is a GET without its body', async () => {
  const head = await raw('/v1/status', { method: 'HEAD' });
  assert.equal(head.status, 200);
  assert.equal(head.body, '');
  assert.ok(Number(head.headers['content-length']) > 10);
});

test('a body that is not as it should be names every field that is wrong', async () => {
  const answer = await raw('/v1/tokens', { method: 'POST', body: '{"uses":0,"colour":"red"}' });
  assert.equal(answer.status, 400);
  const fault = JSON.parse(answer.body) as Fault;
  assert.equal(fault.code, 'invalid');
  assert.match(JSON.stringify(fault.findings), /uses/);
  assert.match(JSON.stringify(fault.findings), /colour/);
});

test('a body that is no JSON, or too much of it, is refused', async () => {
  assert.match((await raw('/v1/plan', { method: 'POST', body: '{' })).body, /as JSON/);
  // Refused while it is still being sent: what the sender sees depends on how far it had come.
  const big = await raw('/v1/plan', { method: 'POST', body: Buffer.alloc(64 * 1024 * 1024 + 1, 32) }).then(
    ({ body }) => body,
    (error: NodeJS.ErrnoException) => error.code,
  );
  assert.match(big ?? '', /64 MiB|EPIPE|ECONNRESET/);
});

test('every answer says what a browser may do with it', async () => {
  const { headers } = await raw('/');
  assert.match(String(headers['content-security-policy']), /default-src 'none'.*frame-ancestors 'none'/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
});

test('the page is served with a tag, nothing beside it can be reached', async () => {
  const port = api.http.pagePort ?? 0;
  const page = await raw('/', { port });
  assert.equal(page.status, 200);
  assert.match(page.body, /<title>promfleet/);
  const again = await raw('/', { port, headers: { 'if-none-match': String(page.headers['etag']) } });
  assert.equal(again.status, 304);
  for (const path of [
    '/assets/..%2fcontrol.sock',
    '/assets/../../../etc/passwd',
    '/assets/%2e%2e/app.js',
    '/assets/nothing.js',
  ]) {
    assert.equal((await raw(path, { port })).status, 404, path);
  }
  assert.equal((await raw('/assets/app.js', { port })).status, 200);
});

test('the page’s port wants a credential, and answers to this machine’s own names only', async () => {
  const port = api.http.pagePort ?? 0;
  const without = await raw('/v1/status', { port });
  assert.equal(without.status, 403);
  assert.match(without.body, /no credential was given/);
  const headers = { authorization: `Bearer ${api.credential('viewer', 'page')}`, host: 'evil.example' };
  assert.equal((await raw('/v1/status', { port, headers })).status, 403);
});

test('the controller’s own metrics are in the text format', async () => {
  const text = await local().text('/metrics');
  assert.match(
    text,
    /^# HELP promfleet_build_info .*\n# TYPE promfleet_build_info gauge\npromfleet_build_info\{version="0.1.0"\} 1$/m,
  );
  assert.match(text, /^promfleet_hosts \d+$/m);
  assert.match(text, /^promfleet_backup_last_success_timestamp_seconds 1764000000$/m);
});

test('a path that is none is the asker’s fault, not ours', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = createConnection({ path: api.socket }, () =>
    socket.write('GET // HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'),
  );
  let said = '';
  socket.on('data', (data: Buffer) => (said += data.toString()));
  socket.on('end', () => resolve(said));
  assert.match(await promise, /^HTTP\/1\.1 400 /);
});
