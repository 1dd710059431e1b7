import assert from 'node:assert/strict';
import { test } from 'vitest';
import { buildInventory } from '../../../controller/fleet/inventory.ts';
import { placeUnits } from '../../../controller/fleet/place-units.ts';
import { argvOf } from '../../../controller/fleet/resolve.ts';
import { enrolled, type Files, readFiles, showFindings } from '../../support/fleet-folder.ts';
import { contentsOf, renderFleet } from '../../support/render-fleet.ts';

const CLUSTER = `kind: Alertmanager
name: main
hosts: { labels: { role: mon } }
replicas: 3
config: am.yml
---
`;
const PAIR = `kind: Prometheus
name: main
hosts: { labels: { role: mon } }
replicas: 2
alertmanagers: [main]
scrape_configs: [{ alertmanager: main }]
`;
const AM = 'route: { receiver: x }\nreceivers: [{ name: x }]\n';
const HOSTS = enrolled({ a: { role: 'mon' }, b: { role: 'mon' }, c: { role: 'mon' } });

function place(files: Files, hosts = HOSTS) {
  const { fleet, findings } = readFiles({ 'am.yml': AM, ...files });
  assert.equal(showFindings(findings), '');
  return placeUnits(fleet, buildInventory(fleet, hosts), [], false);
}

test('every member of a cluster is told of the others, and one alone opens no other port', () => {
  const { units, findings } = place({ 'fleet.yml': CLUSTER });
  assert.equal(showFindings(findings), '');
  assert.deepEqual(
    units.map((unit) => argvOf(unit).slice(3)),
    [
      [
        '--cluster.listen-address=0.0.0.0:9094',
        '--cluster.advertise-address=10.0.0.1:9094',
        '--cluster.peer=10.0.0.2:9094',
        '--cluster.peer=10.0.0.3:9094',
      ],
      [
        '--cluster.listen-address=0.0.0.0:9094',
        '--cluster.advertise-address=10.0.0.2:9094',
        '--cluster.peer=10.0.0.1:9094',
        '--cluster.peer=10.0.0.3:9094',
      ],
      [
        '--cluster.listen-address=0.0.0.0:9094',
        '--cluster.advertise-address=10.0.0.3:9094',
        '--cluster.peer=10.0.0.1:9094',
        '--cluster.peer=10.0.0.2:9094',
      ],
    ],
  );
  const [alone] = place({ 'fleet.yml': CLUSTER.replace('replicas: 3', '') }).units;
  assert.ok(alone);
  assert.deepEqual(argvOf(alone).slice(3), ['--cluster.listen-address=']);
});

test('a name is no address that it can be told to advertise; an IPv6 host listens on IPv6', () => {
  const hosts = 'kind: Host\nname: a\naddress: a.example\n---\nkind: Host\nname: b\naddress: "fd00::2"\n---\n';
  const { units } = place({ 'fleet.yml': hosts + CLUSTER.replace('3', '2\ncluster_port: 9194') }, HOSTS.slice(0, 2));
  assert.deepEqual(
    units.map((unit) => argvOf(unit).slice(3)),
    [
      ['--cluster.listen-address=0.0.0.0:9194', '--cluster.peer=[fd00::2]:9194'],
      [
        '--cluster.listen-address=[::]:9194',
        '--cluster.advertise-address=[fd00::2]:9194',
        '--cluster.peer=a.example:9194',
      ],
    ],
  );
});

test('a member that others can’t reach is noted', () => {
  const hosts = 'kind: Host\nname: a\naddress: 127.0.0.1\n---\n';
  assert.equal(
    showFindings(place({ 'fleet.yml': hosts + CLUSTER.replace('3', '2') }, HOSTS.slice(0, 2)).notes),
    `fleet.yml:8:11: Alertmanager main on host b can't gossip with Alertmanager main on host a: its address is 127.0.0.1
    write the address that others reach it at as \`address:\` in a \`kind: Host\` named a`,
  );
});

test('the port of the cluster is a port like any other', () => {
  const other = 'kind: Exporter\nname: node\ncomponent: node_exporter\nport: 9094\n---\n';
  assert.equal(
    showFindings(place({ 'fleet.yml': other + CLUSTER }).findings),
    `fleet.yml:7:7: Alertmanager main and Exporter node (fleet.yml:4) both take port 9094 on host a
    give one of them another \`cluster_port:\``,
  );
  assert.equal(
    showFindings(place({ 'fleet.yml': CLUSTER.replace('config:', 'port: 9094\nconfig:') }).findings),
    `fleet.yml:2:7: Alertmanager main takes port 9094 twice on host a
    give it another \`port:\` or \`cluster_port:\``,
  );
  const flags = readFiles({
    'am.yml': AM,
    'fleet.yml': CLUSTER.replace('config:', 'cluster_port: 0\nflags: { cluster.peer: x }\nconfig:'),
  }).findings;
  assert.equal(showFindings(flags), 'fleet.yml:5:15: `cluster_port` must be a whole number from 1 to 65535, not `0`');
});

test('each Prometheus of a pair sends to all members, and their alerts are one', () => {
  const files = { 'fleet.yml': CLUSTER + PAIR, 'am.yml': AM };
  const { rendered } = renderFleet(files, HOSTS);
  assert.equal(
    contentsOf(rendered.get('prometheus@b'), /prometheus\.yml/),
    `==== prometheus.yml
global:
  scrape_interval: 15s
  evaluation_interval: 15s
  external_labels:
    replica: "1"
alerting:
  alertmanagers:
    - static_configs:
        - targets:
            - "10.0.0.1:9093"
            - "10.0.0.2:9093"
            - "10.0.0.3:9093"
  alert_relabel_configs:
    - regex: replica
      action: labeldrop
scrape_configs:
  - job_name: main
    file_sd_configs:
      - files:
          - targets/main.json
`,
  );
  const own = 'alerting: { alert_relabel_configs: [{ action: labeldrop, regex: replica }] }\n';
  const written = { ...files, 'fleet.yml': `${CLUSTER}${PAIR}config: p.yml\n`, 'p.yml': own };
  const text = contentsOf(renderFleet(written, HOSTS).rendered.get('prometheus@a'), /prometheus\.yml/);
  assert.equal(text.match(/labeldrop/g)?.length, 1);
});

test('a replica label of an Alertmanager is a label of its target', () => {
  const labelled = CLUSTER.replace('replicas: 3', 'replicas: 2\nreplica_label: member');
  const { rendered } = renderFleet({ 'fleet.yml': labelled + PAIR, 'am.yml': AM }, HOSTS.slice(0, 2));
  const file = rendered.get('prometheus@a')?.files.find(({ path }) => path === 'targets/main.json');
  assert.deepEqual(JSON.parse(Buffer.from(file?.content ?? []).toString()), [
    { targets: ['10.0.0.1:9093'], labels: { instance: 'a:9093', member: '0' } },
    { targets: ['10.0.0.2:9093'], labels: { instance: 'b:9093', member: '1' } },
  ]);
});
