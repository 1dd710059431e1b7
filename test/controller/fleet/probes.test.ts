import assert from 'node:assert/strict';
import { test } from 'vitest';
import { noteProbes } from '../../../controller/fleet/note-probes.ts';
import { enrolled, type Files, readFiles, showFindings } from '../../support/fleet-folder.ts';
import { contentsOf, golden, renderFleet } from '../../support/render-fleet.ts';

const HOSTS = enrolled({ a: { role: 'mon' }, b: { role: 'mon' }, c: { role: 'box' }, d: { role: 'box' } });
const BOX = `kind: Exporter
name: blackbox
component: blackbox_exporter
hosts: { labels: { role: box } }
flags: { web.route-prefix: /bb }
---
`;
const PROBE = `kind: Probe
name: website
through: blackbox
module: http_2xx
targets: ["https://example.com/health", "https://example.com"]
scrape_interval: 30s
labels: { team: web }
---
`;
const PAIR = `kind: Prometheus
name: main
hosts: { labels: { role: mon } }
replicas: 2
scrape_configs:
  - probe: website
    scrape_interval: 1m
    relabel_configs: [{ target_label: seen_from, replacement: here }]
`;
const FOLDER: Files = { 'fleet.yml': BOX + PROBE + PAIR };

test('a probe becomes the relabelling nobody remembers, through an exporter of each replica’s own', () => {
  const { rendered } = renderFleet(FOLDER, HOSTS);
  const [first, second] = [rendered.get('prometheus@a'), rendered.get('prometheus@b')];
  golden('probe.txt', contentsOf(first));
  assert.match(contentsOf(second), /replacement: "10\.0\.0\.4:9115"/);
  assert.equal(contentsOf(second), contentsOf(first).replace('"0"', '"1"').replace('10.0.0.3:9115', '10.0.0.4:9115'));
});

test('an exporter on the scraper’s own host comes before the others', () => {
  const files = { 'fleet.yml': (BOX + PROBE + PAIR).replace('{ labels: { role: box } }', 'all') };
  const { rendered } = renderFleet(files, HOSTS);
  assert.match(contentsOf(rendered.get('prometheus@b')), /replacement: "10\.0\.0\.2:9115"/);
});

test('what a probe can’t reach is noted, and that nobody scrapes it', () => {
  const local = (BOX + PROBE + PAIR).replace('flags: { web.route-prefix: /bb }', 'listen: 127.0.0.1');
  assert.equal(
    showFindings(renderFleet({ 'fleet.yml': local }, HOSTS).rendered.get('prometheus@a')?.notes ?? []),
    `fleet.yml:20:12: Prometheus main on host a can't probe through Exporter blackbox on host c: it listens on 127.0.0.1 alone
    write \`listen: 0.0.0.0\`
fleet.yml:20:12: Prometheus main on host a can't probe through Exporter blackbox on host d: it listens on 127.0.0.1 alone
    write \`listen: 0.0.0.0\``,
  );
  assert.equal(
    showFindings(
      renderFleet(FOLDER, enrolled({ a: { role: 'mon' }, b: { role: 'mon' } })).rendered.get('prometheus@a')?.notes ??
        [],
    ),
    'fleet.yml:20:12: nothing is probed: the exporter that it goes through runs on no host',
  );
  const { fleet } = readFiles({ 'fleet.yml': BOX + PROBE });
  assert.equal(
    showFindings(noteProbes(fleet)),
    'fleet.yml:8:1: no Prometheus probes Probe website\n    write `{ probe: website }` under the `scrape_configs` of one',
  );
  assert.deepEqual(noteProbes(readFiles(FOLDER).fleet), []);
});

test('what is wrong with a probe is said where it is written', () => {
  const { findings } = readFiles({
    'fleet.yml': `kind: Exporter
name: node
component: node_exporter
---
kind: Exporter
name: box
component: blackbox_exporter
config: bb.yml
---
kind: Probe
name: one
through: bax
module: web
targets: []
---
kind: Probe
name: two
through: boxx
module: web
targets: [a, b, a]
interval: 3s
---
kind: Probe
name: three
through: node
module: web
targets: [a, b, a]
---
kind: Probe
name: four
through: box
module: wbe
targets: ["a b"]
---
kind: Probe
name: five
through: box
module: wbe
targets: [a]
---
kind: Probe
name: six
through: bxo
module: web
targets: [a]
---
kind: Prometheus
name: main
scrape_configs: [{ probe: sxi }]
`,
    'bb.yml': 'modules: { web: { prober: http }, ping: { prober: icmp } }\n',
  });
  assert.equal(
    showFindings(findings),
    `fleet.yml:14:10: \`targets\` must be a list of what to probe, such as \`["https://example.com"]\`, not an empty list
fleet.yml:21:1: Probe has no key \`interval\`
    it has name, through, module, targets, labels, scrape_interval, scrape_timeout, metric_relabel_configs
fleet.yml:25:10: Probe three can't go through Exporter node, which is node_exporter
    name an Exporter whose component is blackbox_exporter
fleet.yml:27:17: \`a\` is written twice; the other is at fleet.yml:27
    keep one of the two
fleet.yml:33:11: \`targets[0]\` must be what to probe, with no space in it: a URL, or \`host:port\`, or a name, not "a b"
fleet.yml:38:9: Exporter box has no module \`wbe\`
    did you mean \`web\`?
fleet.yml:43:10: there is no Exporter \`bxo\`
    did you mean \`box\`?
fleet.yml:49:27: there is no Probe \`sxi\`
    did you mean \`six\`?`,
  );
});

const EDGES = `kind: Prometheus
name: edge-eu
hosts: [c, d]
replicas: 2
flags: { web.external-url: https://example.com/eu/ }
---
kind: Prometheus
name: edge-us
hosts: [b]
---
kind: Prometheus
name: main
hosts: [a]
scrape_configs:
  - federate: { from: [edge-eu, edge-us], match: ['{__name__=~"job:.*"}', up] }
    scrape_interval: 1m
`;

test('federation pulls from every replica, with the labels that its series have', () => {
  const { rendered } = renderFleet({ 'fleet.yml': EDGES }, HOSTS);
  golden('federate.txt', contentsOf(rendered.get('prometheus@a')));
});

test('a Prometheus does not federate from itself, nor with targets of another kind', () => {
  const { findings } = readFiles({ 'fleet.yml': EDGES.replace('[edge-eu, edge-us]', '[main, edge-uz]') });
  assert.equal(
    showFindings(findings),
    `fleet.yml:15:24: Prometheus main would federate from itself
    leave it out
fleet.yml:15:30: there is no Prometheus \`edge-uz\`
    did you mean \`edge-us\`?`,
  );
  const files = { 'fleet.yml': EDGES.replace('scrape_interval: 1m', 'static_configs: []') };
  assert.equal(
    showFindings(renderFleet(files, HOSTS).rendered.get('prometheus@a')?.findings ?? []),
    `fleet.yml:16:5: \`static_configs\` can't stand here: the targets are the hosts that run it
    write a native scrape config with a \`job_name\` for other targets`,
  );
});

test('tests of rules are read with the rules that they name, and go to no host', () => {
  const { rendered } = renderFleet(
    {
      'fleet.yml': 'kind: Prometheus\nname: main\nhosts: [a]\nrules: [rules/*.yml]\nrule_tests: [tests/*.yml]\n',
      'rules/a.yml': 'groups: []\n',
      'tests/a.yml': 'rule_files: [../rules/*.yml, more.yml]\ntests: []\n',
      'tests/more.yml': 'groups: []\n',
    },
    HOSTS,
  );
  const one = rendered.get('prometheus@a');
  assert.deepEqual(one?.tests.paths, ['tests/a.yml', 'tests/more.yml']);
  assert.deepEqual(one?.tests.files.map(({ path }) => path).sort(), ['rules/a.yml', 'tests/a.yml', 'tests/more.yml']);
  assert.deepEqual(
    one?.files.map(({ path }) => path),
    ['prometheus.yml', 'rules/a.yml'],
  );
});
