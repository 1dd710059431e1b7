import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, test } from 'vitest';
import { readRange } from '../../../controller/http/range.ts';
import { serveTestApi, type TestApi } from '../../support/serve-test-api.ts';

const content = randomBytes(300_000);
const sha256 = createHash('sha256').update(content).digest('hex');
const FILE = 'agent-0.1.0-linux-x64.tar.gz';
let api: TestApi;
beforeAll(async () => {
  api = await serveTestApi();
});
afterAll(() => api[Symbol.asyncDispose]());

interface Got {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
}

/** Over TLS and without a credential, as a bare host does. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Got> {
  const { promise, resolve, reject } = Promise.withResolvers<Got>();
  const where = { host: '127.0.0.1', port: api.http.httpsPort, ca: api.ca, servername: 'promfleet-controller' };
  const asked = request({ ...where, path, headers, method }, (response) => {
    const parts: Buffer[] = [];
    response.on('data', (part: Buffer) => parts.push(part)).on('error', reject);
    response.on('end', () =>
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }),
    );
  });
  asked.on('error', reject).end();
  return promise;
}

function build(): void {
  const directory = join(api.directory, 'downloads');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, FILE), content);
  writeFileSync(join(directory, 'secret'), 'not for anyone');
  const file = { encoding: 'gzip', file: FILE, size: content.length, sha256 };
  const agent = { name: 'agent', version: '0.1.0', platform: 'linux-x64', sha256, size: 900_000, files: [file] };
  writeFileSync(join(directory, 'manifest.json'), JSON.stringify({ downloads: [agent] }));
}

test('where nothing was built, a host is told so, and a token is made all the same', async () => {
  for (const path of ['/install.sh', `/downloads/${FILE}`]) {
    const { status, body } = await get(path);
    assert.equal(status, 503);
    assert.match(body.toString(), /cannot serve the agent: its downloads were not built.*npm run build/);
  }
  const made = api.deps.inventory.createToken({ labels: {}, uses: 1, lastsMs: 60_000 }, 'test');
  assert.match(made.token, /^pfj_/);
});

test('the installer comes as it was promised with the token', async () => {
  build();
  const { status, headers, body } = await get('/install.sh');
  assert.equal(status, 200);
  assert.equal(headers['etag'], `"${api.deps.downloads.script().sha256}"`);
  assert.equal(createHash('sha256').update(body).digest('hex'), api.deps.downloads.script().sha256);
  assert.match(body.toString(), new RegExp(`PIN='${api.deps.authority.serverPin().replaceAll('+', '\\+')}'`));
  assert.equal((await get('/install.sh', { 'if-none-match': headers['etag'] })).status, 304);
});

test('a download comes whole, in parts, or not at all', async () => {
  build();
  const path = `/downloads/${FILE}`;
  const whole = await get(path);
  assert.equal(whole.status, 200);
  assert.equal(whole.headers['content-length'], String(content.length));
  assert.equal(whole.headers['repr-digest'], `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`);
  assert.ok(whole.body.equals(content));
  const rest = await get(path, { range: 'bytes=299990-' });
  assert.equal(rest.status, 206);
  assert.equal(rest.headers['content-range'], 'bytes 299990-299999/300000');
  assert.ok(rest.body.equals(content.subarray(299_990)));
  // Of another build: the rest of this one would not fit what the asker has.
  assert.equal((await get(path, { range: 'bytes=10-', 'if-range': '"other"' })).status, 200);
  assert.equal((await get(path, { range: 'bytes=300000-' })).status, 416);
  const head = await get(path, {}, 'HEAD');
  assert.deepEqual([head.status, head.headers['content-length'], head.body.length], [200, '300000', 0]);
});

test('only what the manifest names is served', async () => {
  build();
  for (const name of [
    'secret',
    'manifest.json',
    '..%2fcontrol.sock',
    `${FILE}.bak`,
    '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  ]) {
    const { status, body } = await get(`/downloads/${name}`);
    assert.equal(status, 404, name);
    assert.match(body.toString(), /none of the downloads|no such route/);
  }
});

test('a file that is not as it was built is not served', async () => {
  build();
  truncateSync(join(api.directory, 'downloads', FILE), 10);
  const { status, body } = await get(`/downloads/${FILE}`);
  assert.equal(status, 503);
  assert.match(body.toString(), /it is not there, or not as it was built/);
});

test('ranges are read as RFC 9110 has them', () => {
  assert.deepEqual(readRange('bytes=0-9', 100), { start: 0, end: 9 });
  assert.deepEqual(readRange('bytes=90-200', 100), { start: 90, end: 99 });
  assert.deepEqual(readRange('bytes=-10', 100), { start: 90, end: 99 });
  assert.equal(readRange('bytes=100-', 100), 'unsatisfiable');
  assert.equal(readRange('bytes=-0', 100), 'unsatisfiable');
  for (const header of [undefined, '', 'bytes=', 'bytes=-', 'bytes=0-1,5-6', 'lines=1-2', 'bytes=5-3']) {
    assert.equal(readRange(header, 100), undefined, header);
  }
});
