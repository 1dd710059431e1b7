import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { sha256 } from '../../../proto/digest.ts';
import { hostSpec, release, unitSpec } from '../../support/samples.ts';
import { serveTestRpc } from '../../support/serve-test-rpc.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const archive = randomBytes(3_000_000);
const digest = sha256(archive);
const naming = (sha: string) => hostSpec({ units: [unitSpec({ release: { ...release, sha256: sha } })] });

test('a release arrives whole, or from where it was interrupted', async () => {
  using directory = temporaryDirectory();
  writeFileSync(join(directory.path, digest), archive);
  await using rpc = await serveTestRpc({ archives: directory.path });
  const agent = await rpc.enrol('db-1');
  rpc.state.stores.specs.put('db-1', naming(digest));
  assert.equal(sha256(await agent.fetch(digest)), digest);
  assert.ok(archive.subarray(1_234_567).equals(await agent.fetch(digest, 1_234_567)));
  assert.equal((await agent.fetch(digest, archive.length)).length, 0);
  await assert.rejects(agent.fetch(digest, archive.length + 1), {
    code: 'invalid',
    message: /from byte 3000001: it has 3000000/,
  });
});

test('a host is given nothing that its own spec does not name', async () => {
  using directory = temporaryDirectory();
  writeFileSync(join(directory.path, digest), archive);
  await using rpc = await serveTestRpc({ archives: directory.path });
  const [mine, other] = [await rpc.enrol('mine'), await rpc.enrol('other')];
  rpc.state.stores.specs.put('mine', naming(digest));
  rpc.state.stores.specs.put('other', naming('cd'.repeat(32)));
  for (const wanted of [digest, '../../../../etc/passwd', '']) {
    await assert.rejects(other.fetch(wanted), { code: 'denied', message: /spec does not name it/ });
  }
  rpc.state.stores.specs.remove('mine');
  await assert.rejects(mine.fetch(digest), { code: 'denied' });
});

test('an archive that the controller has lost is said to be lost', async () => {
  using directory = temporaryDirectory();
  await using rpc = await serveTestRpc({ archives: directory.path });
  const agent = await rpc.enrol('db-1');
  rpc.state.stores.specs.put('db-1', naming(digest));
  await assert.rejects(agent.fetch(digest), { code: 'unavailable', message: /has lost its archive/, hint: /apply/ });
});

test('an agent that goes away in the middle of a download leaves nothing open', async () => {
  using directory = temporaryDirectory();
  const large = Buffer.alloc(64 * 1024 * 1024);
  writeFileSync(join(directory.path, digest), large);
  const rpc = await serveTestRpc({ archives: directory.path });
  const agent = await rpc.enrol('db-1');
  rpc.state.stores.specs.put('db-1', naming(digest));
  const call = (await agent.client()).fetchRelease({ sha256: digest, offset: 0 });
  call.on('error', () => {});
  await new Promise((resolve) => call.once('data', resolve));
  call.cancel();
  rmSync(join(directory.path, digest));
  // Stopping waits for every call that is being answered.
  await rpc[Symbol.asyncDispose]();
});
