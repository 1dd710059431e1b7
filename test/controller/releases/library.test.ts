import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished, test } from 'vitest';
import { nodeExporter } from '../../../controller/catalogue/node-exporter.ts';
import { commitTo } from '../../../controller/events/commit.ts';
import { EventStream } from '../../../controller/events/stream.ts';
import { type LibraryOptions, ReleaseLibrary } from '../../../controller/releases/library.ts';
import type { SourceChoice } from '../../../controller/releases/source.ts';
import { openDatabase } from '../../../controller/store/database.ts';
import { openStores } from '../../../controller/store/stores.ts';
import type { Fault } from '../../../proto/fault.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { archiveOf, cutAfter, FakeGithub, file, impatientNetwork, nodeExporterArchive, sha256 } from './fake-github.ts';

const REPOSITORY = 'prometheus/node_exporter';
const GITHUB: SourceChoice[] = [{ kind: 'github' }];

async function begin(patch: Partial<LibraryOptions> = {}) {
  const github = await new FakeGithub().start();
  const directory = temporaryDirectory();
  onTestFinished(async () => {
    directory[Symbol.dispose]();
    await github[Symbol.asyncDispose]();
  });
  const db = openDatabase(':memory:');
  const stores = openStores(db);
  const heard: [string, number, number][] = [];
  const open = (more: Partial<LibraryOptions> = {}) =>
    new ReleaseLibrary({
      directory: directory.path,
      releases: stores.releases,
      commit: commitTo(db, new EventStream()),
      now: () => 1_000,
      onDownload: (...progress) => heard.push(progress),
      network: impatientNetwork(),
      github: github.url,
      ...patch,
      ...more,
    });
  const publish = async (version: string, program?: string) => {
    const archive = await nodeExporterArchive(version, 'amd64', program);
    github.publish(REPOSITORY, 'node_exporter', version, { amd64: archive });
    return archive;
  };
  return { github, directory: directory.path, stores, heard, open, publish, library: open() };
}
const want = (version?: string, arch = 'amd64') => ({ component: nodeExporter, version, arch });

test('a release is fetched once, verified, kept, recorded and told', async () => {
  const { github, library, stores, heard, publish } = await begin();
  const archive = await publish('1.9.0');
  const release = await library.obtain(want('1.9.0'), GITHUB);
  assert.deepEqual(release, {
    component: 'node_exporter',
    version: '1.9.0',
    build: 'upstream',
    arch: 'amd64',
    sha256: sha256(archive),
    size: archive.length,
    unpackedSize: 'Apache-2.0#!/bin/sh\necho 1.9.0\n'.length,
    source: 'github',
    fetchedAtMs: 1_000,
  });
  assert.deepEqual(stores.releases.all(), [release]);
  assert.deepEqual(readFileSync(library.archivePath(release.sha256)), archive);
  const [event] = stores.events.list({ limit: 1 });
  assert.equal(event?.kind, 'ReleaseFetched');
  assert.equal(event.message, 'node_exporter 1.9.0 (github) for amd64 fetched');
  assert.deepEqual(heard.at(-1), ['node_exporter 1.9.0 amd64 from github', archive.length, archive.length]);
  github.asked.length = 0;
  assert.deepEqual(await library.obtain(want('1.9.0'), GITHUB), release);
  assert.deepEqual(github.asked, []);
});

test('all who want it at once share one fetch', async () => {
  const { github, library, stores, publish } = await begin();
  await publish('1.9.0');
  const releases = await Promise.all(Array.from({ length: 5 }, () => library.obtain(want('1.9.0'), GITHUB)));
  assert.equal(new Set(releases.map((release) => release.sha256)).size, 1);
  assert.equal(github.askedFor('.tar.gz'), 1);
  assert.equal(stores.events.list({ limit: 9 }).length, 1);
});

test('another digest than the list says is no release, and no other source is tried in its place', async () => {
  const { github, directory, stores, library, publish } = await begin();
  await publish('1.9.0');
  const [path = ''] = [...github.files.keys()].filter((name) => name.endsWith('.tar.gz'));
  github.files.set(path, await nodeExporterArchive('1.9.0', 'amd64', 'evil'));
  const sources: SourceChoice[] = [...GITHUB, { kind: 'mirror', url: `${github.url}/mirror` }];
  await assert.rejects(library.obtain(want('1.9.0'), sources), { code: 'invalid', message: /sha256 is .* should be/ });
  assert.deepEqual(stores.releases.all(), []);
  for (const folder of ['releases', 'partial']) assert.deepEqual(readdirSync(join(directory, folder)), []);
});

test('an archive without the component’s programs is refused and not kept', async () => {
  const { github, directory, library } = await begin();
  const archive = await archiveOf(file('node_exporter-1.9.0.linux-amd64/node_exporter', 'not executable'));
  github.publish(REPOSITORY, 'node_exporter', '1.9.0', { amd64: archive });
  await assert.rejects(library.obtain(want('1.9.0'), GITHUB), { code: 'invalid', message: /no program node_exporter/ });
  assert.deepEqual(readdirSync(join(directory, 'partial')), []);
});

test('the first source that has the version wins; who does not answer is passed over and named', async () => {
  const { github, library, stores } = await begin({ github: 'http://127.0.0.1:1' });
  github.publish(`lacking/${REPOSITORY}`, 'node_exporter', '1.8.0', {});
  github.files.set(`/lacking/${REPOSITORY}/versions.txt`, Buffer.from('1.8.0\nv1.7.0\n'));
  github.publish(`having/${REPOSITORY}`, 'node_exporter', '1.9.0', { amd64: await nodeExporterArchive('1.9.0') });
  const mirror = (name: string): SourceChoice => ({ kind: 'mirror', url: `${github.url}/${name}/` });
  const release = await library.obtain(want('1.9.0'), [...GITHUB, mirror('lacking'), mirror('having')]);
  assert.equal(release.source, `mirror ${github.url}/having/`);
  const [event] = stores.events.list({ limit: 1 });
  assert.match(
    event?.message ?? '',
    /passed over: .*127\.0\.0\.1:1 does not answer.*; passed over: .*lacks node_exporter 1\.9\.0/,
  );
});

test('where nobody has it, each source says why', async () => {
  const { github, library } = await begin({ github: 'http://127.0.0.1:1' });
  github.files.set(`/m/${REPOSITORY}/versions.txt`, Buffer.from('1.8.0\n1.10.0\n'));
  const sources: SourceChoice[] = [...GITHUB, { kind: 'mirror', url: `${github.url}/m` }];
  await assert.rejects(library.obtain(want('1.9.0'), sources), (fault: Fault) => {
    assert.equal(fault.code, 'not_found');
    assert.match(fault.message, /^cannot get node_exporter 1\.9\.0 for amd64: /);
    assert.match(
      fault.message,
      /does not answer.*; mirror .* lacks node_exporter 1\.9\.0 for amd64, it has 1\.10\.0, 1\.8\.0/,
    );
    return true;
  });
  await assert.rejects(library.obtain(want('1.9.0'), GITHUB), { code: 'unavailable' });
  await assert.rejects(library.obtain(want('1.9.0'), []), { code: 'unavailable', message: /no source is allowed/ });
});

test('an architecture that a version was not built for is told apart from a version that is not there', async () => {
  const { library, publish } = await begin();
  await publish('1.9.0');
  await assert.rejects(library.obtain(want('1.9.0', 's390x'), GITHUB), {
    code: 'not_found',
    message: /has node_exporter 1\.9\.0, but not for s390x/,
  });
});

test('no version means the catalogue’s, or else the newest that the first answering source offers', async () => {
  const { github, library } = await begin();
  const url = `${github.url}/m`;
  const mirror: SourceChoice[] = [{ kind: 'mirror', url }];
  for (const version of ['1.9.0', '1.10.0', '2.0.0-rc.1']) {
    github.publish(`m/${REPOSITORY}`, 'node_exporter', version, { amd64: await nodeExporterArchive(version) });
  }
  github.files.set(`/m/${REPOSITORY}/versions.txt`, Buffer.from('1.9.0\n1.10.0\n2.0.0-rc.1\n'));
  assert.equal((await library.obtain(want(), mirror)).version, '1.10.0');
  const ours = nodeExporter.version;
  github.publish(`m/${REPOSITORY}`, 'node_exporter', ours, { amd64: await nodeExporterArchive(ours) });
  github.files.set(`/m/${REPOSITORY}/versions.txt`, Buffer.from(`9.0.0\n${ours}\n1.10.0\n`));
  assert.equal((await library.obtain(want(), mirror)).version, ours);
});

test('what came from a source that is not allowed is not taken for what is', async () => {
  const { github, library, publish } = await begin();
  await publish('1.9.0');
  await library.obtain(want('1.9.0'), GITHUB);
  const sources: SourceChoice[] = [{ kind: 'mirror', url: `${github.url}/none` }];
  await assert.rejects(library.obtain(want('1.9.0'), sources), { code: 'not_found' });
});

test('a download goes on after a restart of the controller', async () => {
  const { github, open, publish } = await begin();
  const archive = await publish('1.9.0', 'x'.repeat(10) + Array.from({ length: 40_000 }, (_, i) => i).join(' '));
  github.troubles.push(
    (_, response, body) => void response.writeHead(200).end(body),
    ...Array.from({ length: 5 }, () => cutAfter(20_000)),
  );
  await assert.rejects(open().obtain(want('1.9.0'), GITHUB), { code: 'unavailable' });
  github.asked.length = 0;
  const release = await open().obtain(want('1.9.0'), GITHUB);
  assert.equal(release.sha256, sha256(archive));
  assert.match(github.asked.at(-1)?.range ?? '', /^bytes=[1-9]/);
});

test('a kept archive that was altered or lost is fetched again, and only the same bytes are taken', async () => {
  const { github, open, publish } = await begin();
  const archive = await publish('1.9.0');
  const { sha256: digest } = await open().obtain(want('1.9.0'), GITHUB);
  const path = open().archivePath(digest);
  const uses = [
    (library: ReleaseLibrary) => library.obtain(want('1.9.0'), GITHUB),
    (library: ReleaseLibrary) => library.unpacked(digest),
    (library: ReleaseLibrary) => library.kept(digest),
  ];
  for (const use of uses) {
    writeFileSync(path, Buffer.alloc(archive.length, 1));
    await use(open());
    assert.deepEqual(readFileSync(path), archive);
  }
  rmSync(path);
  await publish('1.9.0', 'other');
  for (const use of uses) {
    await assert.rejects(use(open()), { code: 'unavailable', message: /github has another archive now/ });
  }
  assert.equal(existsSync(path), false);
  assert.equal(github.askedFor('.tar.gz'), 4);
});

test('a release is unpacked once, and a directory without its mark is not there', async () => {
  const { directory, open, publish } = await begin();
  await publish('1.9.0');
  const library = open();
  const { sha256: digest } = await library.obtain(want('1.9.0'), GITHUB);
  const [first, second] = await Promise.all([library.unpacked(digest), library.unpacked(digest)]);
  assert.equal(first, second);
  assert.equal(readFileSync(join(first, 'node_exporter'), 'utf8'), '#!/bin/sh\necho 1.9.0\n');
  assert.equal(first, join(directory, 'unpacked', digest));
  writeFileSync(join(first, 'stays'), '');
  await open().unpacked(digest);
  assert.equal(existsSync(join(first, 'stays')), true);
  rmSync(join(first, '.complete'));
  await open().unpacked(digest);
  assert.equal(existsSync(join(first, 'stays')), false);
  await assert.rejects(library.unpacked('0'.repeat(64)), { code: 'not_found' });
  await assert.rejects(library.kept('0'.repeat(64)), { code: 'not_found' });
});

test('on a full disk nothing begins', async () => {
  const { directory, library, publish } = await begin({ free: () => Promise.resolve(0) });
  await publish('1.9.0');
  await assert.rejects(library.obtain(want('1.9.0'), GITHUB), {
    code: 'unavailable',
    message: new RegExp(`the disk that holds ${directory} needs 256 MiB more free`),
  });
});
