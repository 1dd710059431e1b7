import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'vitest';
import { buildInventory } from '../../../controller/fleet/inventory.ts';
import { type PlacedUnit, placeUnits } from '../../../controller/fleet/place-units.ts';
import { type Rendered, renderPrometheus } from '../../../controller/fleet/render.ts';
import { enrolled, type Files, readFiles, showFindings } from '../../support/fleet-folder.ts';

const HOSTS = enrolled({
  'mon-1': { role: 'mon', az: 'a' },
  'mon-2': { role: 'mon', az: 'b' },
  'db-1': { env: 'prod' },
});

function renderAll(files: Files, hosts = HOSTS): Rendered[] {
  const { fleet, findings } = readFiles(files);
  assert.equal(showFindings(findings), '');
  const placed = placeUnits(fleet, buildInventory(fleet, hosts), [], false);
  assert.equal(showFindings(placed.findings), '');
  const prometheis = placed.units.filter((one): one is PlacedUnit<'Prometheus'> => one.resource.kind === 'Prometheus');
  return prometheis.map((unit) => renderPrometheus(fleet, unit, placed.units));
}

function render(files: Files, hosts = HOSTS): Rendered {
  const [first] = renderAll(files, hosts);
  assert.ok(first);
  return first;
}

const contents = (rendered: Rendered): string =>
  rendered.files
    .map(({ path, live, content }) => `==== ${path}${live ? ' (live)' : ''}\n${Buffer.from(content).toString('utf8')}`)
    .join('');

/** Run with UPDATE_GOLDEN=1 to write what is rendered now; look at the diff before it is committed. */
function golden(name: string, text: string): void {
  const path = new URL(`golden/${name}`, import.meta.url);
  if (process.env['UPDATE_GOLDEN']) writeFileSync(path, text);
  assert.equal(text, readFileSync(path, 'utf8'));
}

const FOLDER: Files = {
  'fleet.yml': `
kind: Fleet
name: production
external_labels: { cluster: production, region: us-east-1 }
---
kind: Exporter
name: node
component: node_exporter
target:
  scrape_interval: 30s
  host_labels: [env, missing]
  labels: { team: infra }
  metric_relabel_configs:
    - { source_labels: [__name__], regex: 'go_\\d+', action: drop }
---
kind: Prometheus
name: main
hosts: { labels: { role: mon } }
replicas: 2
spread_by: az
external_labels: { tier: core }
config: conf/prometheus.yml
rules: [rules/*.yml, alerts/**/*.yml]
flags: { web.external-url: https://example.com/prom/ }
scrape_configs:
  - exporter: node
    scrape_timeout: 5s
  - { exporter: node, job_name: node slow, scrape_interval: 5m }
  - prometheus: main
  - job_name: api_server
    static_configs: [{ targets: ["api-1.example.com:8080"], labels: { tier: backend } }]
`,
  'conf/prometheus.yml': `# the operator's own words
global:
  scrape_interval: 1m
  external_labels: {answer: yes, quoted: "yes", cluster: production}
rule_files: [own/*.yml, /etc/elsewhere/*.yml]
storage:
alerting:
  alertmanagers:
    - basic_auth: { username: &me prom, password_file: secrets/am }
      static_configs: [{ targets: [*me, "am:9093"] }]
remote_write:
  - url: 'https://example.com/w'
    queue_config: { max_shards: 0x10, sample_age_limit: 1e3 }
    write_relabel_configs:
      - regex: '\\d+ it''s "so"'
        replacement: |
          two
          lines
scrape_config_files: [more/*.yml]
scrape_configs:
  - job_name: files
    file_sd_configs: [{ files: ["sd/*.json"] }]
`,
  'conf/more/a.yml': 'scrape_configs:\n  - job_name: more\n    tls_config: { ca_file: ca.pem }\n',
  'conf/more/ca.pem': 'CA\n',
  'conf/own/x.yml': 'groups: []\n',
  'conf/secrets/am': 'secret\n',
  'conf/sd/one.json': '[]\n',
  'rules/a.yml': 'groups: []\n',
  'alerts/deep/b.yml': 'groups: []\n',
};

test('native configuration, rules, jobs and labels become one folder for each replica, to the byte', () => {
  const [first, second] = renderAll(FOLDER);
  assert.ok(first && second);
  assert.equal(showFindings([...first.findings, ...first.notes]), '');
  golden('pair-0.txt', contents(first));
  assert.equal(contents(second), contents(first).replace('replica: "0"', 'replica: "1"'));
  assert.equal(contents(renderAll(FOLDER)[0] as Rendered), contents(first));
});

test('every line of the rendered file leads back to what was written for it', () => {
  const { files, places } = render(FOLDER);
  const file = files.find(({ path }) => path === 'prometheus.yml');
  const lines = Buffer.from(file?.content ?? [])
    .toString('utf8')
    .split('\n');
  const from = (words: string): string => {
    const place = places.get(lines.findIndex((line) => line.includes(words)) + 1);
    return `${place?.file}:${place?.line}:${place?.column}`;
  };
  assert.equal(from('scrape_interval: 1m'), 'conf/prometheus.yml:3:3');
  assert.equal(from('region: us-east-1'), 'fleet.yml:4:49');
  assert.equal(from('replica: "0"'), 'fleet.yml:19:11');
  assert.equal(from('max_shards'), 'conf/prometheus.yml:13:21');
  assert.equal(from('scrape_timeout: 5s'), 'fleet.yml:27:5');
  assert.equal(from('ca_file'), 'conf/more/a.yml:3:19');
});

test('with no config of its own it begins with 15 s, and is known to scrape once it has a target', () => {
  const text = (more: string): Files => ({ 'fleet.yml': `kind: Prometheus\nname: main\n${more}` });
  const bare = render(text(''));
  assert.equal(contents(bare), '==== prometheus.yml\nglobal:\n  scrape_interval: 15s\n  evaluation_interval: 15s\n');
  assert.equal(bare.scrapes, false);
  assert.equal(render(text('scrape_configs: [{ prometheus: main }]\n')).scrapes, true);
  assert.equal(render(text('scrape_configs: [{ job_name: a, static_configs: [{ targets: [] }] }]\n')).scrapes, false);
  assert.equal(
    render(text('scrape_configs: [{ job_name: a, static_configs: [{ targets: ["b:1"] }] }]\n')).scrapes,
    true,
  );
});

test('what contradicts itself or is missing is told where it stands', () => {
  const told = render({
    'fleet.yml': `kind: Fleet
name: f
external_labels: { cluster: a }
---
kind: Exporter
name: node
component: node_exporter
target: { static_configs: [] }
---
kind: Prometheus
name: main
external_labels: { cluster: b }
config: p.yml
rules: [rules/*.yml, ../up.yml, fleet.yml]
scrape_configs:
  - exporter: node
  - job_name: node
  - job_name: own
`,
    'p.yml': `global: { external_labels: { cluster: c } }
rule_files: [gone.yml]
scrape_configs:
  - job_name: own
    basic_auth: { password_file: sercet }
`,
    secret: 's',
  });
  assert.equal(
    showFindings(
      [...told.findings].sort((a, b) =>
        `${a.file}${1000 + (a.line ?? 0)}${100 + (a.column ?? 0)}`.localeCompare(
          `${b.file}${1000 + (b.line ?? 0)}${100 + (b.column ?? 0)}`,
        ),
      ),
    ),
    `fleet.yml:3:29: the external label \`cluster\` is "a" here and "c" at p.yml:1
    write it in one place
fleet.yml:8:11: \`static_configs\` can't stand here: the targets are the hosts that run it
    write a native scrape config with a \`job_name\` for other targets
fleet.yml:12:29: the external label \`cluster\` is "b" here and "c" at p.yml:1
    write it in one place
fleet.yml:14:9: no file of the folder is named \`rules/*.yml\`
    paths are relative to the file that names them
fleet.yml:14:22: \`../up.yml\` lies outside the folder
    keep what belongs to the fleet inside it
fleet.yml:14:33: \`fleet.yml\` holds resources of the fleet, not native configuration
fleet.yml:17:15: the job \`node\` is written twice; the other is at fleet.yml:16
    rename one
fleet.yml:18:15: the job \`own\` is written twice; the other is at p.yml:4
    rename one
p.yml:2:14: no file of the folder is named \`gone.yml\`
    paths are relative to the file that names them
p.yml:5:34: no file of the folder is named \`sercet\`
    did you mean \`secret\`?`,
  );
});

test('a target that only its own host reaches is left out for the others, and said so', () => {
  const files = {
    'fleet.yml': `kind: Exporter
name: node
component: node_exporter
listen: 127.0.0.1
hosts: [a, b]
---
kind: Prometheus
name: main
hosts: [a]
scrape_configs: [{ exporter: node }]
`,
  };
  const rendered = render(files, enrolled({ a: {}, b: {} }));
  assert.deepEqual(targetsOf(rendered), ['127.0.0.1:9100']);
  assert.equal(
    showFindings(rendered.notes),
    `fleet.yml:10:30: Prometheus main on host a can't scrape Exporter node on host b: it listens on 127.0.0.1 alone
    write \`listen: 0.0.0.0\``,
  );
  // The controller's own machine reaches it at 127.0.0.1, which for every other host is that host itself.
  const [a, b] = enrolled({ a: {}, b: {} });
  assert.ok(a && b);
  const local = { ...b, facts: { ...b.facts, address: '127.0.0.1' } };
  const open = { 'fleet.yml': files['fleet.yml'].replace('listen: 127.0.0.1\n', '') };
  const strange = render(open, [a, local]);
  assert.deepEqual(targetsOf(strange), ['10.0.0.1:9100']);
  assert.match(
    showFindings(strange.notes),
    /host b: its address is 127\.0\.0\.1\n {4}write the address .* `kind: Host` named b/,
  );
});

const targetsOf = (rendered: Rendered): string[] =>
  rendered.files
    .filter((file) => file.live)
    .flatMap((file) => JSON.parse(Buffer.from(file.content).toString('utf8')) as { targets: string[] }[])
    .flatMap((entry) => entry.targets);
