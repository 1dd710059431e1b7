import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, test } from 'vitest';
import { alertmanager } from '../../../controller/catalogue/alertmanager.ts';
import { buildInventory } from '../../../controller/fleet/inventory.ts';
import { placeUnits } from '../../../controller/fleet/place-units.ts';
import { argvOf } from '../../../controller/fleet/resolve.ts';
import { ReleaseLibrary } from '../../../controller/releases/library.ts';
import { openNetwork } from '../../../controller/releases/network.ts';
import { canMount } from '../../support/can-mount.ts';
import { eventually } from '../../support/eventually.ts';
import { enrolled, readFiles } from '../../support/fleet-folder.ts';
import { freePorts } from '../../support/free-port.ts';
import { openFleet, type TestFleet } from '../../support/open-fleet.ts';
import { machineArch, type RealMirror, realMirror } from '../../support/real-releases.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const TEMPLATES = '/usr/share/prometheus/alertmanager';
let mirror: RealMirror;
let fleet: TestFleet;
let library: ReleaseLibrary;
const state = temporaryDirectory();
const stopped = new AbortController();
const children: ChildProcess[] = [];
/** What was notified, by the path of the webhook. */
const notified: string[] = [];
const webhook = createServer((request, response) => {
  if (request.url) notified.push(request.url);
  request.resume();
  response.end();
});

beforeAll(async () => {
  mirror = await realMirror();
  fleet = openFleet();
  const { releases } = fleet.stores;
  library = new ReleaseLibrary({
    directory: state.path,
    releases,
    commit: fleet.commit,
    now: Date.now,
    onDownload: () => undefined,
    network: openNetwork({}, stopped.signal),
  });
  await new Promise<void>((listening) => webhook.listen(0, '127.0.0.1', listening));
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  webhook.close();
  stopped.abort();
  fleet[Symbol.dispose]();
  await mirror[Symbol.asyncDispose]();
  state[Symbol.dispose]();
});

/** Two members, started with the words that a fleet gives them, on two loopback addresses in place of two hosts. */
async function startPair(version: string, replicas: number, path: string): Promise<string[]> {
  const [port = 0, cluster = 0] = await freePorts(2);
  const { fleet: read } = readFiles({
    'am.yml': '',
    'f.yml': `kind: Alertmanager\nname: main\nreplicas: ${replicas}\nport: ${port}\ncluster_port: ${cluster}\nconfig: am.yml\n`,
  });
  const hosts = enrolled({ a: {}, b: {} });
  const placed = (one: typeof hosts) => placeUnits(read, buildInventory(read, one), [], false).units;
  const units = replicas === 2 ? placed(hosts) : hosts.flatMap((host) => placed([host]));
  const { sha256 } = await library.obtain({ component: alertmanager, version, arch: machineArch }, [
    { kind: 'mirror', url: mirror.url },
  ]);
  const programs = await library.unpacked(sha256);
  const { port: hook } = webhook.address() as AddressInfo;
  return units.map((unit) => {
    const own = unit.host.address.replace('10.0.0.', '127.0.1.');
    const directory = join(state.path, `${path}-${unit.host.name}`);
    mkdirSync(directory, { recursive: true });
    writeFileSync(
      join(directory, 'alertmanager.yml'),
      `templates: []\nroute: { receiver: x, group_wait: 1s }\nreceivers: [{ name: x, webhook_configs: [{ url: "http://127.0.0.1:${hook}/${path}" }] }]\n`,
    );
    const argv = argvOf(unit).map((word) =>
      word
        .replaceAll(/\{(etc|var)\}/g, directory)
        .replace('web.listen-address=:', `web.listen-address=${own}:`)
        .replace('0.0.0.0', own)
        .replaceAll('=10.0.0.', '=127.0.1.'),
    );
    // Debian's build looks for its templates where an agent would bind them.
    const script = `mount -t tmpfs none /usr/share && mkdir -p ${TEMPLATES} && mount --bind "$0/share" ${TEMPLATES} && exec "$0/alertmanager" "$@"`;
    const words = ['--mount', '/bin/sh', '-c', script, programs, ...argv];
    children.push(spawn('unshare', words, { cwd: directory, stdio: 'ignore' }));
    return `http://${own}:${port}`;
  });
}

const get = async (url: string): Promise<unknown> => (await fetch(url)).json();
const peersOf = async (url: string): Promise<number> =>
  ((await get(`${url}/api/v2/status`)) as { cluster: { peers?: unknown[] } }).cluster.peers?.length ?? 0;

test.skipIf(!canMount())(
  'members of every version see each other, notify once and share silences; alone each would notify',
  async () => {
    const versions = mirror.versions['alertmanager'] ?? [];
    for (const version of versions) {
      const path = `pair-${version}`;
      const [pair, single] = await Promise.all([
        startPair(version, 2, path),
        startPair(version, 1, `single-${version}`),
      ]);
      for (const url of pair) await eventually(async () => assert.equal(await peersOf(url), 2), 60_000);
      const alert = JSON.stringify([{ labels: { alertname: 'A' } }]);
      const headers = { 'content-type': 'application/json' };
      for (const url of [...pair, ...single]) {
        await eventually(async () => assert.ok((await fetch(`${url}/-/ready`)).ok), 30_000);
        assert.ok((await fetch(`${url}/api/v2/alerts`, { method: 'POST', headers, body: alert })).ok);
      }
      const [startsAt, endsAt] = [0, 3_600_000].map((ms) => new Date(Date.now() + ms).toISOString());
      const matchers = [{ name: 'alertname', value: 'B', isRegex: false, isEqual: true }];
      const body = JSON.stringify({ matchers, startsAt, endsAt, createdBy: 'test', comment: 'x' });
      assert.ok((await fetch(`${pair[0]}/api/v2/silences`, { method: 'POST', headers, body })).ok);
      await eventually(
        async () => assert.equal(((await get(`${pair[1]}/api/v2/silences`)) as unknown[]).length, 1),
        30_000,
      );
    }
    // The second member waits 15 seconds for the first one's word.
    await eventually(() => {
      for (const version of versions) assert.equal(notified.filter((url) => url === `/single-${version}`).length, 2);
    }, 60_000);
    await pause(25_000);
    for (const version of versions) {
      assert.equal(notified.filter((url) => url === `/pair-${version}`).length, 1, version);
    }
  },
);
