import assert from 'node:assert/strict';
import { test } from 'vitest';
import { buildInventory } from '../../../controller/fleet/inventory.ts';
import { type Placed, placeUnits } from '../../../controller/fleet/place-units.ts';
import type { Placement } from '../../../controller/store/placements.ts';
import { enrolled, readFiles, showFindings } from '../../support/fleet-folder.ts';

type Labels = Parameters<typeof enrolled>[0];

function place(text: string, hosts: Labels, recorded: readonly Placement[] = [], lenient = false): Placed {
  const { fleet, findings } = readFiles({ 'fleet.yml': text });
  assert.equal(showFindings(findings), '');
  return placeUnits(fleet, buildInventory(fleet, enrolled(hosts)), recorded, lenient);
}
const where = (placed: Placed): string[] =>
  placed.units.map((one) => `${one.unit}@${one.host.name}:${one.port}`).sort();

const PAIR = 'kind: Prometheus\nname: main\nreplicas: 2\nhosts: { labels: { role: mon } }\n';

test('an exporter runs on every host that matches, a Prometheus on one of them', () => {
  const text = 'kind: Exporter\nname: node\ncomponent: node_exporter\n---\nkind: Prometheus\nname: main\n';
  assert.deepEqual(where(place(text, { a: {}, b: {} })), [
    'node_exporter@a:9100',
    'node_exporter@b:9100',
    'prometheus@a:9090',
  ]);
});

test('a pair stays where it was recorded, and a replica keeps its ordinal', () => {
  const mon = { role: 'mon' };
  const recorded = [
    { kind: 'Prometheus', name: 'main', host: 'c', ordinal: 0 },
    { kind: 'Prometheus', name: 'main', host: 'gone', ordinal: 1 },
  ];
  const placed = place(PAIR, { a: mon, b: mon, c: mon }, recorded);
  assert.deepEqual(
    placed.placements.map(({ host, ordinal }) => [host, ordinal]),
    [
      ['c', 0],
      ['a', 1],
    ],
  );
});

test('fewer hosts than replicas is an error; when the inventory shrinks it is a note', () => {
  const message = `fleet.yml:3:11: Prometheus main needs 2 hosts and 1 host matches
    enrol or label more hosts, or widen \`hosts:\``;
  assert.equal(showFindings(place(PAIR, { a: { role: 'mon' }, b: {} }).findings), message);
  const lenient = place(PAIR, { a: { role: 'mon' }, b: {} }, [], true);
  assert.deepEqual([showFindings(lenient.findings), showFindings(lenient.notes)], ['', message]);
  assert.deepEqual(where(lenient), ['prometheus@a:9090']);
});

test('two things on one port of one host, and one unit twice, name both and where they are written', () => {
  const one = 'kind: Exporter\nname: node\ncomponent: node_exporter\n---\n';
  assert.equal(
    showFindings(place(`${one}kind: Exporter\nname: node2\ncomponent: node_exporter\n`, { a: {}, b: {} }).findings),
    `fleet.yml:6:7: Exporter node2 and Exporter node (fleet.yml:2) are both the unit node_exporter on host a
    give one of them a \`unit:\` and a \`port:\` of its own`,
  );
  assert.equal(
    showFindings(place(`${one}kind: Prometheus\nname: main\nport: 9100\nhosts: [b]\n`, { a: {}, b: {} }).findings),
    `fleet.yml:7:7: Prometheus main and Exporter node (fleet.yml:2) both take port 9100 on host b
    give one of them another \`port:\``,
  );
  const apart = `${one}kind: Exporter\nname: node2\ncomponent: node_exporter\nunit: other\nport: 9101\n`;
  assert.deepEqual(where(place(apart, { a: {} })), ['node_exporter@a:9100', 'other@a:9101']);
});

test('a host that nobody knows is an error with the nearest name, one that is written down is awaited', () => {
  const text = `kind: Host\nname: db-2\n---\nkind: Exporter\nname: node\ncomponent: node_exporter\nhosts: [db-1, db-2, bd-1]\n`;
  const placed = place(text, { 'db-1': {} });
  assert.equal(showFindings(placed.findings), 'fleet.yml:7:21: there is no host `bd-1`\n    did you mean `db-1`?');
  assert.deepEqual(where(placed), ['node_exporter@db-1:9100']);
  const { findings, notes } = place('kind: Prometheus\nname: main\nhosts: [vmm]\n', { vm: {} });
  assert.equal(showFindings(findings), 'fleet.yml:3:9: there is no host `vmm`\n    did you mean `vm`?');
  assert.deepEqual(notes, []);
});

test('an exporter that matches nothing is said to run nowhere', () => {
  const placed = place('kind: Exporter\nname: node\ncomponent: node_exporter\nhosts: { labels: { role: db } }\n', {
    a: {},
  });
  assert.equal(showFindings(placed.notes), 'fleet.yml:4:8: Exporter node matches no host yet: it runs nowhere');
});

test('kind: Host wins over typed labels, which win over the join token', () => {
  const { fleet } = readFiles({
    'fleet.yml': 'kind: Host\nname: a\nlabels: { x: git }\naddress: 192.0.2.7\n---\nkind: Host\nname: new\n',
  });
  const [host] = enrolled({ a: { x: 'typed', y: 'typed' } });
  assert.ok(host);
  const inventory = buildInventory(fleet, [{ ...host, tokenLabels: { x: 'token', y: 'token', z: 'token' } }]);
  assert.deepEqual(inventory.hosts[0]?.labels, { x: 'git', y: 'typed', z: 'token' });
  assert.equal(inventory.hosts[0]?.address, '192.0.2.7');
  assert.equal(
    showFindings(inventory.notes),
    'fleet.yml:7:7: host new has not enrolled: nothing runs on it until it does',
  );
});
