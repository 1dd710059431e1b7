import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { TarEntry } from 'modern-tar';
import { test } from 'vitest';
import { bringHere, type FetchRelease } from '../../../agent/install/bring-release.ts';
import { requireSpace } from '../../../agent/install/disk-space.ts';
import { layoutOf, releaseDirectory } from '../../../agent/install/layout.ts';
import { surplusReleases } from '../../../agent/install/prune.ts';
import { ReleaseStore } from '../../../agent/install/release.ts';
import { entry, type FakeRelease, fakeRelease, packRelease } from '../../support/fake-release.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const NEVER = new AbortController().signal;
const nothing = () => undefined;

function openStore(directory: { path: string }, made: FakeRelease, serve = made.archive) {
  const layout = layoutOf(directory.path);
  const offsets: number[] = [];
  const fetch: FetchRelease = async function* (_, offset) {
    offsets.push(offset);
    yield serve.subarray(offset);
  };
  return {
    store: new ReleaseStore(layout, bringHere(layout, fetch)),
    layout,
    offsets,
    place: releaseDirectory(layout, made.release),
  };
}

test('a release is there with its mark, its programs executable, and nothing is left of its making', async () => {
  using directory = temporaryDirectory();
  const made = await fakeRelease('1.0.0');
  const { store, layout, place } = openStore(directory, made);
  const steps = new Set<string>();
  await Promise.all([
    store.install(made.release, (step) => steps.add(step), NEVER),
    store.install(made.release, nothing, NEVER),
  ]);
  assert.deepEqual([...steps], ['downloading', 'unpacking']);
  assert.deepEqual([...store.installed().values()], [made.release.sha256]);
  assert.equal(statSync(`${place}/prometheus`).mode & 0o7777, 0o755);
  assert.equal(statSync(`${place}/fake-prometheus.mjs`).mode & 0o7777, 0o644);
  assert.deepEqual(readdirSync(layout.downloads), []);
  await store.remove(place.slice(layout.releases.length + 1));
  assert.equal(store.installed().size, 0);
});

test('a directory without its mark is not there, and is replaced', async () => {
  using directory = temporaryDirectory();
  const made = await fakeRelease('1.0.0');
  const { store, place } = openStore(directory, made);
  mkdirSync(place, { recursive: true });
  writeFileSync(`${place}/prometheus`, 'half of it');
  assert.equal(store.installed().size, 0);
  await store.install(made.release, nothing, NEVER);
  assert.match(readFileSync(`${place}/prometheus`, 'utf8'), /^#!/);
});

test('a release of which a file was altered is not there; one that was only copied, or given another mode, is', async () => {
  using directory = temporaryDirectory();
  const made = await fakeRelease('1.0.0');
  const { store, place } = openStore(directory, made);
  await store.install(made.release, nothing, NEVER);
  const program = `${place}/prometheus`;
  const isThere = () => store.installed().has(place.split('/').at(-1) as string);
  const whole = readFileSync(program);
  chmodSync(program, 0o700);
  writeFileSync(`${program}.copy`, whole, { mode: 0o755 });
  renameSync(`${program}.copy`, program);
  assert.equal(isThere(), true);
  writeFileSync(program, `${whole.toString()}# more`);
  assert.equal(isThere(), false);
  assert.deepEqual([...store.unpacked().values()], [made.release.sha256]);
  writeFileSync(program, whole);
  assert.equal(isThere(), true);
  rmSync(`${place}/promtool`);
  assert.equal(isThere(), false);
  await store.install(made.release, nothing, NEVER);
  assert.equal(isThere(), true);
});

test('a download that breaks off goes on where it ended', async () => {
  using directory = temporaryDirectory();
  const made = await fakeRelease('1.0.0');
  const first = openStore(directory, made, made.archive.subarray(0, 300));
  await assert.rejects(
    first.store.install(made.release, nothing, NEVER),
    /cannot download prometheus 1.0.0: it ended after 300 of \d+ bytes/,
  );
  const second = openStore(directory, made);
  await second.store.install(made.release, nothing, NEVER);
  assert.deepEqual(second.offsets, [300]);
});

test('an archive whose digest differs is thrown away and never shown', async () => {
  using directory = temporaryDirectory();
  const made = await fakeRelease('1.0.0');
  const altered = Buffer.from(made.archive);
  altered.writeUInt8(altered.readUInt8(100) ^ 1, 100);
  const { store, layout, place } = openStore(directory, made, altered);
  await assert.rejects(
    store.install(made.release, nothing, NEVER),
    /its archive has sha256 [0-9a-f]{64}, and [0-9a-f]{64} was wanted/,
  );
  assert.equal(existsSync(place), false);
  assert.deepEqual(readdirSync(layout.downloads), []);
});

const link = (name: string, linkname: string, type: 'symlink' | 'link'): TarEntry => ({
  header: { name, linkname, type, size: 0 },
});
for (const [what, hostile] of [
  ['a name with ..', entry('../evil', Buffer.from('x'), 0o644)],
  ['an absolute name', entry('/tmp/promfleet-evil', Buffer.from('x'), 0o644)],
  ['a name with .. inside', entry('a/../../evil', Buffer.from('x'), 0o644)],
  ['a link out', link('a/out', '../../..', 'symlink')],
  ['an absolute link', link('out', '/etc', 'symlink')],
  ['a hard link', link('passwd', '/etc/passwd', 'link')],
] as const) {
  test(`an archive with ${what} is refused, and nothing is written outside`, async () => {
    using directory = temporaryDirectory();
    const made = await packRelease('1.0.0', [entry('a/prometheus', Buffer.from('x'), 0o755), hostile]);
    const { store } = openStore({ path: `${directory.path}/home` }, made);
    await assert.rejects(store.install(made.release, nothing, NEVER), /cannot unpack .*(outside|is a link)/);
    assert.equal(store.installed().size, 0);
    assert.deepEqual(readdirSync(directory.path), ['home']);
    assert.equal(existsSync('/tmp/promfleet-evil'), false);
  });
}

test('a link that would lead to another release, once unpacked in its place, is refused', async () => {
  for (const linkname of ['../other/prometheus', '../a/../b', 'nothing']) {
    using directory = temporaryDirectory();
    const entries = [entry('a/promtool', Buffer.from('x'), 0o755), link('a/prometheus', linkname, 'symlink')];
    const made = await packRelease('1.0.0', entries);
    const { store, layout } = openStore(directory, made);
    await assert.rejects(store.install(made.release, nothing, NEVER), /cannot unpack "prometheus": it leads outside/);
    assert.equal(store.installed().size, 0);
    assert.deepEqual(readdirSync(layout.downloads), [`${made.release.sha256}.tar.gz`]);
  }
  using directory = temporaryDirectory();
  const made = await packRelease('1.0.0', [
    entry('a/bin/prometheus', Buffer.from('x'), 0o755),
    link('a/prometheus', 'bin/prometheus', 'symlink'),
    link('a/.complete', 'bin/prometheus', 'symlink'),
  ]);
  const { store, place } = openStore(directory, made);
  await store.install(made.release, nothing, NEVER);
  assert.equal(readFileSync(`${place}/prometheus`, 'utf8'), 'x');
});

test('set-user-id bits and owners of an archive count for nothing', async () => {
  using directory = temporaryDirectory();
  const made = await packRelease('1.0.0', [
    { header: { name: 'prometheus', size: 1, mode: 0o6777, uid: 1234, gid: 1234 }, body: 'x' },
  ]);
  const { store, place } = openStore(directory, made);
  await store.install(made.release, nothing, NEVER);
  const { mode, uid } = statSync(`${place}/prometheus`);
  assert.deepEqual([mode & 0o7777, uid], [0o755, process.getuid?.()]);
});

test('without room nothing is begun, and the message names the disk', () => {
  using directory = temporaryDirectory();
  assert.throws(
    () => requireSpace(directory.path, 2 ** 60, 'prometheus 3.5.5'),
    /cannot install prometheus 3.5.5: it needs \d+ MB and \/\S* \(\S+\) has \d+ MB free/,
  );
  requireSpace(directory.path, 1, 'something small');
});

test('releases of this spec, of the one before it and of what runs are kept', () => {
  const installed = new Map([
    ['a', '1'],
    ['b', '2'],
    ['c', '3'],
    ['d', '4'],
  ]);
  assert.deepEqual(surplusReleases(installed, new Set(['1']), new Set(['2']), new Set(['3'])), ['d']);
});
