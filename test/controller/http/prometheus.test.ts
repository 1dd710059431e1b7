import assert from 'node:assert/strict';
import { afterAll, beforeAll, test } from 'vitest';
import { type Client, openEndpoint } from '../../../controller/cli/client.ts';
import type { PrometheusView, TargetsView } from '../../../controller/http/prometheus.ts';
import type { Fault } from '../../../proto/fault.ts';
import type { Answer, Ask, ControllerSays } from '../../../proto/message.ts';
import { hostSpec, unitSpec } from '../../support/samples.ts';
import { serveTestApi, type TestApi } from '../../support/serve-test-api.ts';

let api: TestApi;
let client: Client;
/** What the agent of db-1 was asked, and what it answers next. */
const asked: Ask[] = [];
let next: Partial<Answer> = {};
beforeAll(async () => {
  api = await serveTestApi();
  client = openEndpoint({ kind: 'socket', path: api.socket, user: 'ada' });
  for (const host of ['db-1', 'db-2']) api.enrol(host);
  const other = unitSpec({ name: 'node_exporter', component: 'node_exporter' });
  const main = unitSpec({ ports: [{ number: 9191, protocol: 'tcp', use: 'http' }] });
  api.state.stores.specs.put('db-1', hostSpec({ units: [main, other] }));
  api.state.stores.specs.put('db-2', hostSpec({ units: [unitSpec()] }));
  const session = api.connect('db-1', (says: ControllerSays) => {
    if (says.kind !== 'ask') return;
    asked.push(says.ask);
    const answer = {
      id: says.ask.id,
      status: 200,
      contentType: 'application/json',
      body: Buffer.of(),
      error: '',
      ...next,
    };
    setImmediate(() => session.hear({ kind: 'answer', answer }));
  });
});
afterAll(() => api[Symbol.asyncDispose]());

const says = (body: unknown, patch: Partial<Answer> = {}): void => {
  next = { body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), ...patch };
};
const refused = (code: Fault['code'], message: RegExp) => (fault: Fault) =>
  fault.code === code && message.test(fault.message);

test('every Prometheus of the fleet is listed, and nothing else', async () => {
  const all = await client.get<PrometheusView[]>('/v1/prometheus');
  assert.deepEqual(
    all.map(({ host, unit, port }) => `${unit}@${host}:${port}`),
    ['prometheus@db-1:9191', 'prometheus@db-2:9090'],
  );
});

test('targets are asked of the port that the spec names, and told without the rest', async () => {
  says({
    status: 'success',
    data: {
      activeTargets: [
        {
          labels: { job: 'node', instance: 'db-1:9100' },
          scrapeUrl: 'http://db-1:9100/metrics',
          health: 'up',
          lastError: '',
          lastScrape: '2026-11-22T20:00:00.5Z',
          discoveredLabels: { __meta_secret: 'x' },
        },
        { labels: {}, scrapeUrl: 'u', health: 'unknown', lastError: '', lastScrape: '0001-01-01T00:00:00Z' },
      ],
    },
  });
  const { targets } = await client.get<TargetsView>('/v1/prometheus/db-1/prometheus/targets');
  const ask = asked.at(-1);
  assert.deepEqual([ask?.unit, ask?.port, ask?.path], ['prometheus', 9191, '/api/v1/targets?state=active']);
  assert.deepEqual(targets[0], {
    job: 'node',
    instance: 'db-1:9100',
    url: 'http://db-1:9100/metrics',
    health: 'up',
    lastError: '',
    lastScrapeMs: Date.parse('2026-11-22T20:00:00.5Z'),
  });
  assert.equal(targets[1]?.lastScrapeMs, null);
});

test('what answers but is no Prometheus is said to be none', async () => {
  for (const body of ['<html>', '{}', '{"data":{"activeTargets":[{}]}}']) {
    says(body, { status: 502 });
    await assert.rejects(
      client.get('/v1/prometheus/db-1/prometheus/targets'),
      refused('unavailable', /cannot read the targets of prometheus@db-1: it answered 502/),
    );
  }
});

test('a query is passed on, escaped, at an instant or over a range; the answer is Prometheus’s own', async () => {
  says({ status: 'success', data: 1 });
  const query = encodeURIComponent('up{job="a&b#c/../x"}');
  assert.equal(
    await client.text(`/v1/prometheus/db-1/prometheus/query?query=${query}`),
    '{"status":"success","data":1}',
  );
  assert.equal(asked.at(-1)?.path, '/api/v1/query?query=up%7Bjob%3D%22a%26b%23c%2F..%2Fx%22%7D');
  await client.text('/v1/prometheus/db-1/prometheus/query?query=up&start=1&end=2&step=15s');
  assert.equal(asked.at(-1)?.path, '/api/v1/query_range?query=up&start=1&end=2&step=15s');
});

test('only a query can be asked: no other path, port or host', async () => {
  const before = asked.length;
  for (const path of [
    '/v1/prometheus/db-1/node_exporter/query?query=up',
    '/v1/prometheus/db-9/prometheus/query?query=up',
    '/v1/prometheus/10.0.0.1:22/prometheus/query?query=up',
    '/v1/prometheus/db-1/..%2f..%2fadmin/query?query=up',
  ]) {
    await assert.rejects(client.text(path), refused('not_found', /there is no such Prometheus/), path);
  }
  for (const query of ['', 'query=', 'query=up&port=22', 'query=up&path=/x']) {
    await assert.rejects(client.text(`/v1/prometheus/db-1/prometheus/query?${query}`), refused('invalid', /query/));
  }
  assert.equal(asked.length, before);
});

test('a page that it answers with is no page of ours', async () => {
  says('<script>alert(1)</script>', { contentType: 'text/html', status: 418 });
  const { status, headers } = await raw('/v1/prometheus/db-1/prometheus/query?query=up');
  assert.equal(status, 418);
  assert.equal(headers.get('content-type'), 'application/json');
});

test('one that does not answer, or whose agent is away, is told with what to do', async () => {
  says('', { status: 0, error: 'connection refused' });
  await assert.rejects(
    client.get('/v1/prometheus/db-1/prometheus/targets'),
    refused('unavailable', /cannot ask prometheus@db-1: connection refused/),
  );
  await assert.rejects(client.get('/v1/prometheus/db-2/prometheus/targets'), refused('unavailable', /not connected/));
});

async function raw(path: string): Promise<Response> {
  const credential = api.credential('viewer');
  return fetch(`http://127.0.0.1:${api.http.pagePort}${path}`, { headers: { authorization: `Bearer ${credential}` } });
}
