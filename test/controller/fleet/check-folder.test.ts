import assert from 'node:assert/strict';
import { test } from 'vitest';
import { checkFolder } from '../../../controller/fleet/check-folder.ts';
import { folderOf, showFindings } from '../../support/fleet-folder.ts';

test('a folder is checked with no controller: language, references, flags, files, jobs', () => {
  const { findings, resources } = checkFolder(
    folderOf({
      'fleet.yml': `kind: Exporter
name: node
component: node_exporter
flags:
  --log.level: debug
  web.listen-address: ":1"
  web.disable-exporter-metrics: "false"
hosts: [no-such-host-is-known-here]
---
kind: Prometheus
name: main
config: gone.yml
flags: { no-agent: true, web.enable-lifecycle: "true" }
scrape_configs: [{ exporter: nod }]
`,
    }),
  );
  assert.equal(
    showFindings(findings),
    `fleet.yml:5:3: the flag \`--log.level\` is written without its dashes
    write \`log.level:\`
fleet.yml:6:3: the flag \`web.listen-address\` of node_exporter can't be set
    write \`port:\` or \`listen:\`
fleet.yml:7:33: a flag takes no value "false"
    write false without quotes: it becomes --no-web.disable-exporter-metrics
fleet.yml:12:9: no file of the folder is named \`gone.yml\`
    paths are relative to the file that names them
fleet.yml:13:10: the flag \`no-agent\` of prometheus can't be set
    agent mode is not in this version of promfleet yet
fleet.yml:13:48: a flag takes no value "true"
    write true without quotes: it becomes --web.enable-lifecycle
fleet.yml:14:30: there is no Exporter \`nod\`
    did you mean \`node\`?`,
  );
  assert.deepEqual(resources, [
    { kind: 'Exporter', name: 'node' },
    { kind: 'Prometheus', name: 'main' },
  ]);
});

test('a flag that makes no URL path is refused where it is written', () => {
  const told = (kind: string, flags: string): string =>
    showFindings(checkFolder(folderOf({ 'fleet.yml': `${kind}\nflags: { ${flags} }\n` })).findings);
  const prometheus = 'kind: Prometheus\nname: main';
  assert.equal(
    told(prometheus, 'log.level: debug, web.route-prefix: "x y"'),
    `fleet.yml:3:46: \`web.route-prefix\` makes no URL path: metrics would be at "/x y/metrics"
    letters, digits, \`/\` and \`-\` make one, such as \`/prometheus\``,
  );
  assert.match(told(prometheus, 'web.external-url: "http://h/?a"'), /:28: `web\.external-url` makes no URL path/);
  assert.match(
    told('kind: Exporter\nname: node\ncomponent: node_exporter', 'web.telemetry-path: "/m#x"'),
    /`web\.telemetry-path` makes no URL path/,
  );
  assert.equal(told(prometheus, 'web.external-url: "https://h:1/a/b-c/", web.route-prefix: /'), '');
});

test('names that every object has of its own are names like any other', () => {
  const said = showFindings(
    checkFolder(
      folderOf({
        'fleet.yml':
          'kind: Exporter\nname: constructor\ncomponent: node_exporter\nflags: { constructor: x, toString: true }\n',
      }),
    ).findings,
  );
  assert.equal(said, '');
});

test('of a rule file that names a secret only that is said: where its expressions stand is another place by then', () => {
  const rules = 'groups:\n  - name: a\n    rules: [{ alert: A, for: 1m, labels: { a: b }, expr: "sum(${secret:" }]\n';
  const files = { 'fleet.yml': 'kind: Prometheus\nname: main\nrules: [a.yml]\n', 'a.yml': rules };
  const { findings } = checkFolder(folderOf(files));
  assert.ok(findings.length > 0);
  assert.ok(
    findings.every(({ line, message }) => Number(line) <= 3 && /secret/.test(message)),
    showFindings(findings),
  );
});
