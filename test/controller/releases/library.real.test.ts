import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { onTestFinished, test } from 'vitest';
import { nodeExporter } from '../../../controller/catalogue/node-exporter.ts';
import { prometheus } from '../../../controller/catalogue/prometheus.ts';
import { commitTo } from '../../../controller/events/commit.ts';
import { EventStream } from '../../../controller/events/stream.ts';
import { ReleaseLibrary } from '../../../controller/releases/library.ts';
import { openNetwork } from '../../../controller/releases/network.ts';
import { openDatabase } from '../../../controller/store/database.ts';
import { openStores } from '../../../controller/store/stores.ts';
import { machineArch, realMirror } from '../../support/real-releases.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

function begin() {
  const directory = temporaryDirectory();
  const stop = new AbortController();
  onTestFinished(() => {
    stop.abort();
    directory[Symbol.dispose]();
  });
  const db = openDatabase(':memory:');
  const stores = openStores(db);
  const library = new ReleaseLibrary({
    directory: directory.path,
    releases: stores.releases,
    commit: commitTo(db, new EventStream()),
    now: Date.now,
    onDownload: () => undefined,
    network: openNetwork({}, stop.signal),
    github: 'http://127.0.0.1:1',
  });
  return { library, stores };
}

test('a real Prometheus of every version comes through a mirror, and its own tool runs on the controller', async () => {
  await using mirror = await realMirror();
  const { library } = begin();
  const versions = mirror.versions['prometheus'] ?? [];
  assert.ok(versions.length >= 2, String(versions));
  for (const version of versions) {
    const wanted = { component: prometheus, version, arch: machineArch };
    const release = await library.obtain(wanted, [{ kind: 'mirror', url: mirror.url }]);
    assert.ok(release.unpackedSize > release.size);
    const promtool = join(await library.unpacked(release.sha256), 'promtool');
    assert.ok(execFileSync(promtool, ['--version'], { encoding: 'utf8' }).startsWith(`promtool, version ${version}`));
  }
});

test('where GitHub does not answer Debian’s newest build is taken, and the event says why', async () => {
  const { library, stores } = begin();
  const wanted = { component: nodeExporter, version: undefined, arch: machineArch };
  const release = await library.obtain(wanted, [{ kind: 'github' }, { kind: 'apt', suites: [] }]);
  assert.match(release.build, /^debian /);
  assert.match(release.source, /^apt /);
  const [event] = stores.events.list({ limit: 1 });
  assert.match(event?.message ?? '', /fetched; passed over: .*does not answer/);
});
