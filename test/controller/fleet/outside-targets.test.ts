import assert from 'node:assert/strict';
import { test } from 'vitest';
import { OutsideTargets, type TargetsAsked } from '../../../controller/fleet/outside-targets.ts';
import { refreshFleet } from '../../../controller/fleet/refresh.ts';
import { Fault } from '../../../proto/fault.ts';
import { openFleet } from '../../support/open-fleet.ts';

const FLEET = `kind: Exporter
name: node
component: node_exporter
target: { labels: { team: a }, host_labels: [role] }
---
kind: Exporter
name: push
component: pushgateway
hosts: { labels: { role: none } }
flags: { web.telemetry-path: /push/metrics }
---
kind: Exporter
name: hidden
component: node_exporter
unit: hidden
port: 9101
listen: 127.0.0.1
---
kind: Prometheus
name: main
hosts: [a]
scrape_configs: [{ exporter: node, job_name: nodes }, { prometheus: main }, { job_name: native }]
`;

const told = (targets: OutsideTargets, asked: TargetsAsked): unknown =>
  JSON.parse(Buffer.from(targets.find(asked)).toString('utf8'));
const refused = (targets: OutsideTargets, asked: TargetsAsked): string => {
  try {
    targets.find(asked);
  } catch (error) {
    assert.ok(error instanceof Fault, String(error));
    return `${error.code}: ${error.message} (${error.hint})`;
  }
  return '';
};

test('a Prometheus elsewhere gets the targets and labels that the fleet’s own jobs have, by exporter or by job', async () => {
  using fleet = openFleet();
  fleet.enrol('a', { role: 'db' });
  const targets = new OutsideTargets(fleet.stores);
  await fleet.apply({ 'fleet.yml': FLEET });
  const a = { targets: ['10.0.0.1:9100'], labels: { instance: 'a:9100', role: 'db', team: 'a' } };
  assert.deepEqual(told(targets, { exporter: 'node' }), [a]);
  assert.deepEqual(told(targets, { job: 'nodes' }), [a]);
  assert.deepEqual(told(targets, { job: 'main' }), [{ targets: ['10.0.0.1:9090'], labels: { instance: 'a:9090' } }]);
  fleet.enrol('b');
  await refreshFleet(fleet, 'host b enrolled');
  assert.deepEqual(told(targets, { exporter: 'node' }), [
    a,
    { targets: ['10.0.0.2:9100'], labels: { instance: 'b:9100', team: 'a' } },
  ]);
});

test('an empty list is told only when it is certain that there is nothing', async () => {
  using fleet = openFleet();
  fleet.enrol('a', { role: 'db' });
  const targets = new OutsideTargets(fleet.stores);
  assert.match(
    refused(targets, { exporter: 'node' }),
    /^unavailable: cannot tell any targets: nothing was applied yet/,
  );
  await fleet.apply({ 'fleet.yml': FLEET });
  assert.deepEqual(told(targets, { exporter: 'push' }), [], 'it is certain that it runs nowhere');
  assert.match(
    refused(targets, { exporter: 'hidden' }),
    /^unavailable: cannot tell the targets of Exporter hidden: none of its 1 can be reached from elsewhere/,
  );
  assert.equal(
    refused(targets, { exporter: 'nod' }),
    'not_found: cannot tell the targets of the Exporter nod: the fleet has none of that name (did you mean `node`?)',
  );
  assert.match(refused(targets, { job: 'native' }), /^not_found: .* \(it has nodes, main\)$/);
  fleet.stores.meta.beginEpoch(2);
  assert.match(
    refused(targets, { exporter: 'push' }),
    /^unavailable: cannot tell any targets: this controller was restored/,
  );
});

test('where metrics are not at /metrics, the path comes along', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  await fleet.apply({
    'fleet.yml': FLEET.replace('labels: { role: none }', 'names: [a]').replace(
      'component: pushgateway',
      'component: node_exporter\nunit: push\nport: 9300',
    ),
  });
  const [push] = told(new OutsideTargets(fleet.stores), { exporter: 'push' }) as { labels: Record<string, string> }[];
  assert.equal(push?.labels['__metrics_path__'], '/push/metrics');
});

test('where the fleet protects its endpoints, the scheme comes along', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  const secure = 'kind: Fleet\nname: f\nendpoint_security: tls\n---\n';
  await fleet.apply({ 'fleet.yml': `${secure}kind: Exporter\nname: node\ncomponent: node_exporter\n` });
  const [node] = told(new OutsideTargets(fleet.stores), { exporter: 'node' }) as { labels: Record<string, string> }[];
  assert.equal(node?.labels['__scheme__'], 'https');
});
