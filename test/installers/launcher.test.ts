import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, test } from 'vitest';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const LAUNCHER = fileURLToPath(new URL('../../installers/promfleet-agent', import.meta.url));
const directory = temporaryDirectory();
afterAll(() => directory[Symbol.dispose]());

/** As on a host: a release of the agent, and the runtime that it names. This agent prints what it was started with. */
const release = join(directory.path, 'opt/agent/0.1.0-abc');
mkdirSync(release, { recursive: true });
mkdirSync(join(directory.path, 'opt/runtime/24-def'), { recursive: true });
symlinkSync(process.execPath, join(directory.path, 'opt/runtime/24-def/node'));
copyFileSync(LAUNCHER, join(release, 'promfleet-agent'));
writeFileSync(join(release, 'runtime'), '24-def\n');
writeFileSync(
  join(release, 'agent.cjs'),
  'console.log(JSON.stringify({ env: process.env, flags: process.execArgv, words: process.argv.slice(2), injected: globalThis.injected }))',
);
const linked = join(directory.path, 'promfleet-agent');
symlinkSync(join(release, 'promfleet-agent'), linked);

interface Started {
  readonly env: Record<string, string>;
  readonly flags: string[];
  readonly words: string[];
  readonly injected?: true;
}

async function start(env: Record<string, string>, ...words: string[]): Promise<Started> {
  const { stdout } = await promisify(execFile)(linked, words, { env });
  return JSON.parse(stdout) as Started;
}

test('the agent is started with light flags and its words as they are, through a link too', async () => {
  const { flags, words, env } = await start({}, 'run', '--name', 'a  b', '$HOME');
  assert.deepEqual(flags, ['--lite-mode', '--max-semi-space-size=1']);
  assert.deepEqual(words, ['run', '--name', 'a  b', '$HOME']);
  assert.equal(env['UV_THREADPOOL_SIZE'], '1');
  assert.equal(env['MALLOC_ARENA_MAX'], '1');
});

test('the environment of the caller can not change what runs', async () => {
  const injection = join(directory.path, 'inject.cjs');
  writeFileSync(injection, 'globalThis.injected = true;');
  const hostile = {
    NODE_OPTIONS: `--require ${injection}`,
    NODE_PATH: directory.path,
    NODE_EXTRA_CA_CERTS: injection,
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
    NODE_V8_COVERAGE: directory.path,
    NODE_REPL_EXTERNAL_MODULE: injection,
    OPENSSL_CONF: injection,
    SSL_CERT_FILE: injection,
    LD_PRELOAD: '/nowhere/evil.so',
    LD_LIBRARY_PATH: directory.path,
    PATH: directory.path,
    UV_THREADPOOL_SIZE: '64',
    ODD: 'first\nNODE_OPTIONS=--inspect',
    here: '/nowhere',
  };
  const { env, injected } = await start(hostile);
  assert.equal(injected, undefined);
  const allowed = ['PATH', 'PWD', 'UV_THREADPOOL_SIZE', 'NODE_USE_ENV_PROXY'];
  assert.deepEqual(
    Object.keys(env).filter((name) => !name.startsWith('MALLOC_') && !allowed.includes(name)),
    [],
  );
  assert.equal(env['PATH']?.includes(directory.path), false);
  assert.equal(env['UV_THREADPOOL_SIZE'], '1');
});

test('what the agent needs of it gets through', async () => {
  const needed = {
    PROMFLEET_TOKEN: 'pfj_x',
    https_proxy: 'http://proxy:3128',
    no_proxy: '10.0.0.0/8',
    LANG: 'C.UTF-8',
    INVOCATION_ID: 'f00',
  };
  const { env } = await start(needed);
  for (const [name, value] of Object.entries(needed)) assert.equal(env[name], value);
});
