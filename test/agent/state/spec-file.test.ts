import assert from 'node:assert/strict';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { test } from 'vitest';
import { SpecStore } from '../../../agent/state/spec-file.ts';
import { specDigest } from '../../../proto/digest.ts';
import type { HostSpec } from '../../../proto/spec.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { someUnit } from '../../support/unit-specs.ts';

const spec = (epoch: number, number: number, sha = 'a'): HostSpec => ({
  revision: { epoch, number },
  units: [
    someUnit({
      release: { ...someUnit().release, sha256: sha.repeat(64) },
      env: { content: 'not a file' },
      reload: undefined,
    }),
  ],
});

function open(directory: { path: string }): SpecStore {
  const store = new SpecStore(directory.path);
  store.load();
  return store;
}

test('an accepted spec is there for the next agent, byte for byte', async () => {
  using directory = temporaryDirectory();
  assert.equal(await open(directory).accept(spec(1, 7)), true);
  const { accepted } = open(directory);
  assert.deepEqual(accepted?.spec, spec(1, 7));
  assert.equal(specDigest(accepted.spec), specDigest(spec(1, 7)));
  assert.deepEqual(readdirSync(directory.path), ['spec.json']);
  assert.equal(statSync(`${directory.path}/spec.json`).mode & 0o777, 0o600);
});

test('only a newer spec is accepted; a new epoch outranks any number', async () => {
  using directory = temporaryDirectory();
  const store = open(directory);
  await store.accept(spec(1, 7));
  assert.equal(await store.accept(spec(1, 7)), false);
  assert.equal(await store.accept(spec(1, 6)), false);
  assert.equal(await store.accept(spec(2, 1)), true);
  assert.equal(await store.accept(spec(1, 99)), false);
});

test('of specs that arrive at once the newest is the one that stays', async () => {
  using directory = temporaryDirectory();
  const store = open(directory);
  const accepted = await Promise.all([1, 2, 5, 4, 3].map((number) => store.accept(spec(1, number))));
  assert.deepEqual(accepted, [true, true, true, false, false]);
  assert.equal(store.accepted?.spec.revision.number, 5);
  assert.equal(open(directory).accepted?.spec.revision.number, 5);
});

test('what was accepted under another enrolment is let go of, and stays so for the next agent', async () => {
  using directory = temporaryDirectory();
  const first = open(directory);
  first.belongTo('one');
  await first.accept(spec(1, 7));
  const second = open(directory);
  second.belongTo('one');
  assert.equal(second.accepted?.spec.revision.number, 7);
  second.belongTo('two');
  assert.equal(second.accepted, undefined);
  assert.equal(await second.accept(spec(1, 1)), true);
  const third = open(directory);
  third.belongTo('two');
  assert.equal(third.accepted?.spec.revision.number, 1);
});

test('the releases to go back to are those before the last change of any', async () => {
  using directory = temporaryDirectory();
  const store = open(directory);
  await store.accept(spec(1, 1, 'a'));
  await store.accept(spec(1, 2, 'b'));
  await store.accept(spec(1, 3, 'b'));
  assert.deepEqual(open(directory).accepted?.previousReleases, ['a'.repeat(64)]);
});

for (const broken of ['', '{"spec":', '{}', '{"spec":{"revision":{"epoch":1,"number":1}},"previousReleases":[]}']) {
  test(`a file that holds ${JSON.stringify(broken)} counts as none and is spoken of, until the next spec`, async () => {
    using directory = temporaryDirectory();
    writeFileSync(`${directory.path}/spec.json`, broken);
    const store = open(directory);
    assert.equal(store.accepted, undefined);
    assert.match(store.problem, /cannot read the last accepted spec/);
    await store.accept(spec(1, 1));
    assert.equal(store.problem, '');
  });
}
