import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, test } from 'vitest';
import { ENCODINGS, type Manifest, manifest } from '../../controller/downloads/manifest.ts';
import { agentFor } from '../../installers/downloads/make.ts';
import { sha256Of } from '../../installers/downloads/packed-files.ts';
import { runtimeTar } from '../../installers/downloads/runtime-tar.ts';
import { buildDownloads } from '../support/real-downloads.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const platform = process.arch === 'arm64' ? 'linux-arm64' : 'linux-x64';
const life = new DisposableStack();
const directory = life.use(temporaryDirectory());
let built: Manifest;
beforeAll(() => {
  buildDownloads();
  built = manifest.parse(JSON.parse(readFileSync(join(DIST, 'downloads/manifest.json'), 'utf8')));
});
afterAll(() => life.dispose());

const named = (name: string) =>
  built.downloads.find((one) => one.name === name && one.platform === platform) ?? assert.fail();

test('the agent is one file of less than a megabyte, and the first download is no more than it should be', () => {
  assert.ok(statSync(join(DIST, 'agent.cjs')).size < 1_000_000);
  const sizeOf = (encoding: string) =>
    ['runtime', 'agent'].reduce(
      (sum, name) => sum + (named(name).files.find((one) => one.encoding === encoding)?.size ?? NaN),
      0,
    );
  assert.ok(sizeOf('xz') <= 30_000_000, `xz: ${sizeOf('xz')}`);
  assert.ok(sizeOf('gzip') <= 42_000_000, `gzip: ${sizeOf('gzip')}`);
});

test('what is served is what the manifest says', () => {
  for (const { file, size, sha256 } of built.downloads.flatMap(({ files }) => files)) {
    const bytes = readFileSync(join(DIST, 'downloads', file));
    assert.deepEqual([bytes.length, sha256Of(bytes)], [size, sha256], file);
  }
});

test('two builds give the same bytes, wherever and whenever', async () => {
  assert.equal(sha256Of(await runtimeTar(platform)), named('runtime').sha256);
  const before = { ...process.env };
  try {
    const makes = [];
    for (const [zone, umask] of [
      ['Pacific/Auckland', 0o077],
      ['America/Lima', 0o002],
    ] as const) {
      Object.assign(process.env, { TZ: zone, PROMFLEET_BUILD_CACHE: join(directory.path, String(umask)) });
      const mask = process.umask(umask);
      makes.push(await agentFor(named('runtime'), directory.path, ENCODINGS));
      process.umask(mask);
    }
    assert.deepEqual(makes[0], makes[1]);
    assert.deepEqual(makes[0], named('agent'));
  } finally {
    process.env = before;
  }
});

test('the stripped Node runs, and speaks TLS', async () => {
  const tar = join(directory.path, 'runtime.tar');
  writeFileSync(tar, await runtimeTar(platform));
  execFileSync('tar', ['-xf', tar, '-C', directory.path]);
  const node = join(directory.path, 'node');
  assert.ok(statSync(node).size < 110_000_000);
  assert.equal(execFileSync(node, ['--version'], { encoding: 'utf8' }), `${process.version}\n`);
  const talk = `
    const tls = require('node:tls'), { execFileSync } = require('node:child_process'), { readFileSync } = require('node:fs');
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=localhost',
      '-addext', 'subjectAltName=DNS:localhost', '-keyout', 'key.pem', '-out', 'cert.pem'], { stdio: 'ignore' });
    const cert = readFileSync('cert.pem');
    const server = tls.createServer({ key: readFileSync('key.pem'), cert }, (socket) => socket.end('hello'));
    server.listen(0, '127.0.0.1', () => {
      const socket = tls.connect({ port: server.address().port, host: '127.0.0.1', servername: 'localhost', ca: cert });
      socket.on('data', (data) => console.log(socket.authorized, String(data))).on('end', () => server.close());
    });`;
  assert.equal(
    execFileSync(node, ['--lite-mode', '-e', talk], { cwd: directory.path, encoding: 'utf8' }),
    'true hello\n',
  );
});
