import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, test } from 'vitest';
import { CATALOGUE } from '../../../controller/catalogue/catalogue.ts';
import { type Client, openEndpoint } from '../../../controller/cli/client.ts';
import { ReleaseLibrary } from '../../../controller/releases/library.ts';
import { openNetwork } from '../../../controller/releases/network.ts';
import { eventually } from '../../support/eventually.ts';
import { freePorts } from '../../support/free-port.ts';
import { machineArch, realMirror } from '../../support/real-releases.ts';
import { serveTestApi, type TestApi } from '../../support/serve-test-api.ts';

const own = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.family === 'IPv4' && !one.internal)?.address;

const life = new AsyncDisposableStack();
let api: TestApi;
let client: Client;
let prometheus: string;
let port: number;

/** A real Prometheus of nobody's fleet, that asks the controller over TLS what to scrape. */
async function startPrometheus(): Promise<void> {
  const mirror = life.use(await realMirror());
  const ending = life.adopt(new AbortController(), (controller) => controller.abort());
  const { stores, commit } = api.state;
  const library = new ReleaseLibrary({
    directory: join(api.directory, 'library'),
    releases: stores.releases,
    commit,
    now: Date.now,
    onDownload: () => undefined,
    network: openNetwork({}, ending.signal),
  });
  const component = CATALOGUE.get('prometheus');
  assert.ok(component);
  const wanted = { component, version: mirror.versions['prometheus']?.[0], arch: machineArch };
  const release = await library.obtain(wanted, [{ kind: 'mirror', url: mirror.url }]);
  const [web = 0] = await freePorts(1);
  prometheus = `http://127.0.0.1:${web}`;
  const file = (name: string, text: string): string => {
    writeFileSync(join(api.directory, name), text);
    return join(api.directory, name);
  };
  const config = file(
    'outside.yml',
    `scrape_configs:
  - job_name: outside
    scrape_interval: 1s
    http_sd_configs:
      - url: https://127.0.0.1:${api.http.httpsPort}/v1/sd?exporter=node
        refresh_interval: 1s
        authorization: { credentials_file: ${file('credential', api.credential('viewer'))} }
        tls_config: { ca_file: ${file('ca.pem', api.ca)}, server_name: promfleet-controller }
`,
  );
  const argv = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${api.directory}/tsdb`,
    `--web.listen-address=127.0.0.1:${web}`,
  ];
  const child = spawn(join(await library.unpacked(release.sha256), 'prometheus'), argv, { stdio: 'ignore' });
  life.defer(async () => {
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    await ended;
  });
}

beforeAll(async () => {
  const metrics = createServer((_, response) =>
    response.writeHead(200, { 'content-type': 'text/plain' }).end('up_and_well 1\n'),
  );
  await new Promise<void>((listening) => metrics.listen(0, '0.0.0.0', listening));
  life.defer(() => void metrics.close());
  ({ port } = metrics.address() as AddressInfo);
  api = life.use(await serveTestApi());
  client = openEndpoint({ kind: 'socket', path: api.socket, user: 'ada' });
  api.enrol('db-1');
  api.enrol('db-2');
  await startPrometheus();
});
afterAll(() => life.disposeAsync());

const fleetOn = (hosts: string) => `kind: Exporter
name: node
component: node_exporter
hosts: [${hosts}]
port: ${port}
target: { labels: { team: a } }
---
kind: Host
name: db-1
address: ${own}
---
kind: Host
name: db-2
address: ${own}
`;
const apply = (hosts: string) =>
  client.send('PUT', '/v1/fleet', {
    folder: 'fleet',
    allowRemove: 9,
    files: [{ path: 'fleet.yaml', content: Buffer.from(fleetOn(hosts)).toString('base64') }],
  });

interface Active {
  readonly data: {
    readonly activeTargets: readonly { readonly labels: Record<string, string>; readonly health: string }[];
  };
}
const scraped = async (): Promise<string[]> => {
  const { data } = (await (await fetch(`${prometheus}/api/v1/targets`)).json()) as Active;
  return data.activeTargets.map(({ labels, health }) => `${labels['instance']} ${labels['team']} ${health}`).sort();
};
const failures = async (): Promise<number> => {
  const text = await (await fetch(`${prometheus}/metrics`)).text();
  const counts = text.matchAll(/^prometheus_sd_(?:http|refresh)_failures_total\{?.*?\}? (\d+)$/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
};
const within = 60_000;

test.skipIf(own === undefined)(
  'a real Prometheus elsewhere scrapes by http_sd, and keeps what it has while the controller is not certain',
  async () => {
    await apply('db-1');
    await eventually(async () => assert.deepEqual(await scraped(), [`db-1:${port} a up`]), within);
    await apply('db-1, db-2');
    const both = [`db-1:${port} a up`, `db-2:${port} a up`];
    await eventually(async () => assert.deepEqual(await scraped(), both), within);
    const before = await failures();
    api.state.stores.meta.beginEpoch(2);
    await eventually(async () => assert.ok((await failures()) >= before + 3), within);
    assert.deepEqual(await scraped(), both, 'a refusal takes nothing away');
    await apply('db-2');
    await eventually(async () => assert.deepEqual(await scraped(), [`db-2:${port} a up`]), within);
  },
);
