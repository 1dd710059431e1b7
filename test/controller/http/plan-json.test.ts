import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'vitest';
import { z } from 'zod';
import { previewFleet } from '../../../controller/fleet/preview.ts';
import { plan as planSchema } from '../../../controller/http/schemas.ts';
import { folderOf, NODE } from '../../support/fleet-folder.ts';
import { openFleet } from '../../support/open-fleet.ts';

const DOCUMENT = readFileSync(new URL('../../../docs/plan-json.md', import.meta.url), 'utf8');
const written = JSON.parse(/```json\n([\s\S]*?)```/.exec(DOCUMENT)?.[1] ?? '') as Parameters<
  typeof z.fromJSONSchema
>[0];

const main = (rules: string, retention: string, version: string): Record<string, string> => ({
  'fleet.yml': `${NODE}---
kind: Prometheus
name: main
version: "${version}"
replicas: 2
rules: [r.yml]
retention: { time: ${retention} }
scrape_configs: [{ exporter: node }]
`,
  'r.yml': `groups: [{ name: g, rules: [${rules}] }]\n`,
});

test('the document’s schema is that of the answer, and a real plan is what it says', async () => {
  assert.deepEqual(written, z.toJSONSchema(planSchema, { io: 'output' }));
  using fleet = openFleet();
  for (const host of ['a', 'b', 'c']) fleet.enrol(host);
  await fleet.apply(main('{ record: "a:b", expr: up }, { alert: Gone, expr: up == 0, for: 5m }', '30d', '2.53.3'));
  fleet.enrol('d');
  const { plan } = await previewFleet(fleet, {
    folder: 'fleet',
    files: folderOf(main('{ record: "a:b", expr: up > 0 }, { alert: New, expr: "{{", for: 5m }', '15d', '3.5.3')),
    discardOverrides: false,
  });
  const json: unknown = JSON.parse(JSON.stringify(plan));
  assert.deepEqual(z.fromJSONSchema(written).parse(json), json);
  assert.throws(() => z.fromJSONSchema(written).parse({ ...(json as object), more: 1 }));
  const both = 'prometheus@a, prometheus@b';
  assert.deepEqual(plan.scrapes, [{ prometheus: both, job: 'node', before: 3, after: 4 }]);
  const rule = { prometheus: both, group: 'g' };
  assert.deepEqual(plan.rules, [
    { ...rule, kind: 'record', name: 'a:b', change: 'changed', from: 'up', to: 'up > 0' },
    { ...rule, kind: 'alert', name: 'Gone', change: 'lost', from: 'up == 0; for: 5m', to: '' },
    { ...rule, kind: 'alert', name: 'New', change: 'gained', from: '', to: '{{; for: 5m' },
  ]);
  assert.deepEqual(plan.series, [{ prometheus: both, now: null, change: 1_040, perCent: null, measured: false }]);
  assert.deepEqual(
    plan.gaps.map(({ units, least, most }) => ({ units, least, most })),
    [{ units: both, least: 5.2, most: null }],
  );
  assert.deepEqual(plan.pairs, [
    {
      resource: 'Prometheus main',
      units: ['prometheus@a', 'prometheus@b'],
      restarts: [['prometheus@a', 'prometheus@b']],
    },
  ]);
  assert.deepEqual(
    plan.oneWay.map(({ message }) => message),
    [
      'prometheus@a, prometheus@b: 2.53.3 → 3.5.3: Prometheus supports no way back from 3 below 2.55 without losing data',
      'prometheus@a, prometheus@b: what is older than 15d is deleted (kept until now: 30d)',
    ],
  );
});

test('what runs is asked, and what it says of itself is what the estimate stands on', async () => {
  using fleet = openFleet();
  for (const host of ['a', 'b']) fleet.enrol(host);
  const files = main('{ record: "a:b", expr: up }', '15d', '3.5.3');
  await fleet.apply(files);
  fleet.enrol('c');
  const asked: string[] = [];
  const ask = (host: string, unit: { name: string }, path: string): Promise<string | undefined> => {
    asked.push(`${unit.name}@${host} ${path.split('?')[0]}`);
    if (path.includes('status/tsdb')) return Promise.resolve('{"data":{"headStats":{"numSeries":1000000}}}');
    if (path.includes('/query'))
      return Promise.resolve('{"data":{"result":[{"metric":{"job":"node"},"value":[1,"1250.4"]}]}}');
    return Promise.reject(new Error(`nobody asks for ${path}`));
  };
  const restarting = { ...files, 'fleet.yml': `${files['fleet.yml']}flags: { query.timeout: 1m }\n` };
  const request = { folder: 'fleet', files: folderOf(restarting), discardOverrides: false };
  const { plan } = await previewFleet({ ...fleet, ask }, request);
  const both = 'prometheus@a, prometheus@b';
  assert.deepEqual(plan.series, [{ prometheus: both, now: 1_000_000, change: 1_250, perCent: 0.1, measured: true }]);
  assert.deepEqual(
    plan.gaps.map(({ least, most }) => [least, most]),
    [[13.2, 31]],
  );
  assert.deepEqual(asked.sort(), [
    'prometheus@a /api/v1/query',
    'prometheus@a /api/v1/status/tsdb',
    'prometheus@b /api/v1/query',
    'prometheus@b /api/v1/status/tsdb',
  ]);
});
