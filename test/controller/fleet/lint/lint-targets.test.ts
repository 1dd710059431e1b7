import assert from 'node:assert/strict';
import { test } from 'vitest';
import { checkFolder } from '../../../../controller/fleet/check-folder.ts';
import { lintTargets } from '../../../../controller/fleet/lint/lint-targets.ts';
import { viewPrometheus } from '../../../../controller/fleet/lint/view.ts';
import { writeTargets } from '../../../../controller/fleet/target-file.ts';
import { enrolled, type Files, FLEET, folderOf, showFindings } from '../../../support/fleet-folder.ts';
import { renderFleet } from '../../../support/render-fleet.ts';

const refused = (files: Files): string => showFindings(checkFolder(folderOf(files)).findings);

const jobs = (text: string): Files => ({
  'fleet.yml': 'kind: Prometheus\nname: main\nconfig: p.yml\n',
  'p.yml': `scrape_configs:\n${text}`,
});

test('two targets that would be one are refused, at the second, with both of them named', () => {
  assert.equal(
    refused(
      jobs(`  - job_name: web
    static_configs:
      - { targets: ["https://a.example", "https://b.example", "https://c.example"] }
    metrics_path: /probe
    relabel_configs:
      - { source_labels: [__address__], target_label: __param_target }
      - { target_label: __address__, replacement: "127.0.0.1:9115" }
  - job_name: api
    static_configs: [{ targets: ["a:8080"], labels: { instance: a } }]
  - job_name: api-admin
    static_configs:
      - targets: ["a:8081"]
        labels: { instance: a }
    relabel_configs: [{ source_labels: [job], regex: "([a-z]+)-.*", target_label: job }]
  - job_name: shop
    static_configs: [{ targets: ["b:1", "b:2"] }]
    relabel_configs: [{ target_label: instance, replacement: b }]
`),
    ),
    `p.yml:4:42: \`https://b.example\` of the job \`web\` has the same labels in the end as \`https://a.example\` of the job \`web\` (p.yml:4), and so has 1 more: {instance="127.0.0.1:9115", job="web"}; what they say would be mixed in one series [same-series]
    let \`instance\` be \`__param_target\`, as a \`kind: Probe\` has it
p.yml:13:19: \`a:8081\` of the job \`api-admin\` has the same labels in the end as \`a:8080\` of the job \`api\` (p.yml:10): {instance="a", job="api"}; what they say would be mixed in one series [same-series]
    let \`job\` differ, or give one of the jobs a label of its own
p.yml:17:41: \`b:2\` of the job \`shop\` has the same labels in the end as \`b:1\` of the job \`shop\` (p.yml:17): {instance="b", job="shop"}; what they say would be mixed in one series [same-series]
    relabel no label that tells them apart, such as \`instance\`, to the same value; or give each \`labels:\` of its own`,
  );
});

test('what Prometheus keeps apart, drops, asks once or can’t be followed here is let be', () => {
  assert.equal(
    refused(
      jobs(`  - job_name: twice
    static_configs: [{ targets: ["a:1", "a:1"] }, { targets: ["a:1"] }]
  - job_name: dropped
    static_configs: [{ targets: ["a:1", "a:2"] }]
    relabel_configs:
      - { source_labels: [__address__], regex: "a:2", action: drop }
      - { target_label: instance, replacement: a }
  - job_name: other-regex
    static_configs: [{ targets: ["a:1", "a:2"] }]
    relabel_configs:
      - { source_labels: [__address__], regex: "(?i)A:2", action: drop }
      - { target_label: instance, replacement: a }
  - job_name: apart
    static_configs:
      - { targets: ["a:1"], labels: { instance: a, path: one } }
      - { targets: ["a:2"], labels: { instance: a, path: two } }
`),
    ),
    '',
  );
});

test('of a Probe too, whose targets lie in a file', () => {
  assert.equal(
    refused({
      'fleet.yml': `kind: Exporter
name: prober
component: blackbox_exporter
---
kind: Probe
name: web
through: prober
module: http_2xx
targets: ["https://a.example", "https://b.example"]
---
kind: Prometheus
name: main
scrape_configs:
  - probe: web
    relabel_configs: [{ target_label: instance, replacement: site }]
`,
    }),
    `fleet.yml:14:5: \`https://b.example\` of the job \`web\` has the same labels in the end as \`https://a.example\` of the job \`web\` (fleet.yml:14): {instance="site", job="web"}; what they say would be mixed in one series [same-series]
    let \`instance\` be \`__param_target\`, as a \`kind: Probe\` has it`,
  );
});

test('a unit that moves to another scheme or port is asked at both under one name; two units are not', () => {
  const { rendered } = renderFleet(FLEET, enrolled({ a: {} }));
  const own = rendered.get('prometheus@a') ?? assert.fail();
  const told = (other: string): number => {
    const labels = { instance: 'a:9100' };
    const targets = [
      { address: '10.0.0.1:9100', labels },
      { address: other, labels: { ...labels, __scheme__: 'https' } },
    ];
    const files = [{ path: 'targets/node.json', content: writeTargets(targets), live: true }];
    return lintTargets(viewPrometheus(own, []), { files }).length;
  };
  assert.deepEqual([told('10.0.0.1:9443'), told('10.0.0.2:9443')], [0, 1]);
});
