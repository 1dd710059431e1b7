import assert from 'node:assert/strict';
import { test } from 'vitest';
import { checkFolder } from '../../../../controller/fleet/check-folder.ts';
import { folderOf, showFindings } from '../../../support/fleet-folder.ts';

const METRICS = [
  'node_load1',
  'probe_success',
  'blackbox_module_unknown_total',
  'alertmanager_alerts',
  'pushgateway_http_requests_total',
  'prometheus_tsdb_head_series',
  'thanos_objstore_bucket_operations_total',
  'job:typo',
  'own:ratio',
  'up',
  'scrape_samples_scraped',
  'ALERTS',
  'http_requests_total',
];

const RULES = `groups:
  - name: g
    rules:
      - { record: "own:ratio", expr: count(up) }
${METRICS.map((metric, index) => `      - { record: "r:${index}", expr: ${metric} }\n`).join('')}`;

const FLEET = `kind: Exporter
name: node
component: node_exporter
---
kind: Exporter
name: push
component: pushgateway
---
kind: Prometheus
name: other
port: 9099
unit: other
scrape_configs: [{ exporter: node }, { exporter: push }]
---
kind: Prometheus
name: main
rules: [r.yml]
`;

const told = (more: string, files: Readonly<Record<string, string>> = {}): string =>
  showFindings(checkFolder(folderOf({ 'fleet.yml': `${FLEET}${more}`, 'r.yml': RULES, ...files })).notes);

const metricsTold = (more: string, files = {}): string[] =>
  [...told(more, files).matchAll(/no series is called `([\w:]+)`/g)].map(([, metric = '']) => metric);

test('a rule on a metric that only a component has that is not scraped is told, with what to write', () => {
  assert.equal(
    told(''),
    `r.yml:5:32: no series is called \`node_load1\`: node_exporter would have it, and Prometheus main scrapes none [metric-of-no-target]
    write \`- exporter: node\` under its \`scrape_configs:\`, or leave the rule out
r.yml:6:32: no series is called \`probe_success\`: probes would have it, and Prometheus main scrapes none [metric-of-no-target]
    write \`- probe: NAME\` under its \`scrape_configs:\`, or leave the rule out
r.yml:7:32: no series is called \`blackbox_module_unknown_total\`: blackbox_exporter would have it, and Prometheus main scrapes none [metric-of-no-target]
    write \`- exporter: NAME\` under its \`scrape_configs:\`, or leave the rule out
r.yml:8:32: no series is called \`alertmanager_alerts\`: alertmanager would have it, and Prometheus main scrapes none [metric-of-no-target]
    write \`- alertmanager: NAME\` under its \`scrape_configs:\`, or leave the rule out
r.yml:9:32: no series is called \`pushgateway_http_requests_total\`: pushgateway would have it, and Prometheus main scrapes none [metric-of-no-target]
    write \`- exporter: push\` under its \`scrape_configs:\`, or leave the rule out
r.yml:10:32: no series is called \`prometheus_tsdb_head_series\`: prometheus would have it, and Prometheus main scrapes none [metric-of-no-target]
    write \`- prometheus: main\` under its \`scrape_configs:\`, or leave the rule out
r.yml:11:32: no series is called \`thanos_objstore_bucket_operations_total\`: thanos would have it, and Prometheus main scrapes none [metric-of-no-target]
    write \`- thanos: NAME\` under its \`scrape_configs:\`, or leave the rule out
r.yml:12:32: no series is called \`job:typo\`: no rule of Prometheus main records it, and no program has names with a colon [metric-of-no-target]
    write it as the rule does that records it, or give that rule to this Prometheus, too`,
  );
});

test('what is scraped is not told, by promfleet’s entry or by a port that only one component has', () => {
  const scraped = 'scrape_configs: [{ exporter: node }, { prometheus: main }]\n';
  const left = ['probe_success', 'blackbox_module_unknown_total', 'alertmanager_alerts'];
  const more = ['pushgateway_http_requests_total', 'thanos_objstore_bucket_operations_total', 'job:typo'];
  assert.deepEqual(metricsTold(scraped), [...left, ...more]);
  const native = 'scrape_configs: [{ job_name: hosts, static_configs: [{ targets: ["a:9100", "b:9100"] }] }]\n';
  assert.deepEqual(metricsTold(native), [...left, more[0], 'prometheus_tsdb_head_series', ...more.slice(1)]);
});

test('where series of any name may come in, nothing is told', () => {
  for (const more of [
    'scrape_configs: [{ job_name: app, static_configs: [{ targets: ["a:8080"] }] }]\n',
    'scrape_configs: [{ job_name: app, static_configs: [{ targets: ["a:9100", "a:8080"] }] }]\n',
    'scrape_configs: [{ job_name: app, dns_sd_configs: [{ names: [a.example] }] }]\n',
    'scrape_configs: [{ job_name: app, metrics_path: /federate, static_configs: [{ targets: ["a:9090"] }] }]\n',
    'scrape_configs: [{ federate: { from: [other], match: [up] } }]\n',
    'scrape_configs: [{ exporter: push }]\n',
    'scrape_configs: [{ exporter: node, metric_relabel_configs: [{ target_label: __name__, replacement: x }] }]\n',
    'flags: { web.enable-remote-write-receiver: true }\n',
    'flags: { enable-feature: [remote-write-receiver] }\n',
  ])
    assert.deepEqual(metricsTold(more), [], more);
  const config = { 'p.yml': 'remote_read: [{ url: "http://a:1/read" }]\n' };
  assert.deepEqual(metricsTold('config: p.yml\n', config), []);
});
