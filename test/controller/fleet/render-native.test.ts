import assert from 'node:assert/strict';
import { test } from 'vitest';
import { buildInventory } from '../../../controller/fleet/inventory.ts';
import { placeUnits } from '../../../controller/fleet/place-units.ts';
import type { Rendered } from '../../../controller/fleet/render.ts';
import { renderUnits } from '../../../controller/fleet/render-units.ts';
import { readTool } from '../../../controller/fleet/tool-output.ts';
import { enrolled, type Files, readFiles, showFindings } from '../../support/fleet-folder.ts';

function renderAll(files: Files, hosts = enrolled({ a: {}, b: {} })) {
  const { fleet, findings } = readFiles(files);
  assert.equal(showFindings(findings), '');
  const placed = placeUnits(fleet, buildInventory(fleet, hosts), [], false);
  assert.equal(showFindings(placed.findings), '');
  return new Map([...renderUnits(fleet, placed.units)].map(([unit, own]) => [`${unit.unit}@${unit.host.name}`, own]));
}

function only(files: Files, unit: string): Rendered {
  const rendered = renderAll(files).get(unit);
  assert.ok(rendered);
  return rendered;
}

const textOf = ({ files }: Rendered, path: string): string =>
  Buffer.from(files.find((file) => file.path === path)?.content ?? []).toString('utf8');

const MAIN = 'kind: Alertmanager\nname: main\nhosts: [a]\nconfig: conf/alertmanager.yml\n';
const CONFIG = `# the operator's own words
global:
  smtp_auth_password_file: secrets/smtp
  http_config: { tls_config: { ca_file: secrets/ca.pem } }
route: { receiver: team }
receivers:
  - name: team
    webhook_configs: [{ url_file: /etc/elsewhere }]
templates: [mail/*.tmpl, /etc/more/*.tmpl]
`;
const FOLDER: Files = {
  'fleet.yml': MAIN,
  'conf/alertmanager.yml': CONFIG,
  'conf/secrets/smtp': 'secret\n',
  'conf/secrets/ca.pem': 'CA\n',
  'conf/mail/a.tmpl': '{{ define "a" }}{{ end }}\n',
  'conf/mail/b.tmpl': '{{ define "b" }}{{ end }}\n',
};

test('an Alertmanager has its own configuration, whole, and the files that it names', () => {
  const rendered = only(FOLDER, 'alertmanager@a');
  assert.equal(showFindings(rendered.findings), '');
  assert.deepEqual(
    rendered.files.map((file) => file.path),
    [
      'alertmanager.yml',
      'files/conf/secrets/ca.pem',
      'files/conf/secrets/smtp',
      'templates/conf/mail/a.tmpl',
      'templates/conf/mail/b.tmpl',
    ],
  );
  assert.equal(
    textOf(rendered, 'alertmanager.yml').replace(/[0-9a-f]{12}$/m, '…'),
    `global:
  smtp_auth_password_file: "../../../etc/alertmanager/files/conf/secrets/smtp"
  http_config:
    tls_config:
      ca_file: files/conf/secrets/ca.pem
route:
  receiver: team
receivers:
  - name: team
    webhook_configs:
      - url_file: /etc/elsewhere
templates:
  - templates/conf/mail/a.tmpl
  - templates/conf/mail/b.tmpl
  - /etc/more/*.tmpl
# with files …
`,
  );
  const other = only({ ...FOLDER, 'conf/secrets/ca.pem': 'CB\n' }, 'alertmanager@a');
  assert.notEqual(textOf(other, 'alertmanager.yml'), textOf(rendered, 'alertmanager.yml'));
});

test('what amtool holds against it is said of the operator’s own lines', () => {
  const { fleet } = readFiles(FOLDER);
  const [unit] = placeUnits(fleet, buildInventory(fleet, enrolled({ a: {} })), [], false).units;
  assert.ok(unit);
  const rendered = only(FOLDER, 'alertmanager@a');
  const told = (output: string) => showFindings(readTool(output, unit.resource, rendered, 'amtool'));
  const failed = (said: string) =>
    `Checking 'alertmanager.yml'  FAILED: ${said}\n\namtool: error: failed to validate 1 file(s)\n\n`;
  assert.equal(
    told(failed('yaml: unmarshal errors:\n  line 5: field ca_fil not found in type config.plain')).split('\n')[0],
    'conf/alertmanager.yml:4:32: amtool: field ca_fil not found in type config.plain',
  );
  assert.equal(
    told(failed('undefined receiver "team" used in route')),
    'conf/alertmanager.yml:5:20: amtool: undefined receiver "team" used in route',
  );
  assert.equal(
    told(
      'Checking \'alertmanager.yml\'  SUCCESS\nFound:\n - 2 templates\n  FAILED: template: b.tmpl:1: function "x" not defined\n',
    ),
    'conf/mail/b.tmpl:1:1: amtool: function "x" not defined',
  );
});

const BLACKBOX = 'kind: Exporter\nname: blackbox\ncomponent: blackbox_exporter\nhosts: [a]\n';

test('a blackbox exporter has modules to begin with, and is given what a ping takes only where it pings', () => {
  const standard = only({ 'fleet.yml': BLACKBOX }, 'blackbox_exporter@a');
  assert.match(textOf(standard, 'blackbox.yml'), /^modules:\n {2}http_2xx:\n {4}prober: http\n/);
  assert.deepEqual(standard.capabilities, ['CAP_NET_RAW']);
  const files = { 'fleet.yml': `${BLACKBOX}config: bb.yml\n`, 'bb.yml': 'modules: { web: { prober: http } }\n' };
  assert.deepEqual(only(files, 'blackbox_exporter@a').capabilities, []);
});

test('a module that probes nothing is refused: its own check would take it', () => {
  const modules = 'modules:\n  web:\n    prober: htt\n  none: {}\n  local: { prober: unix }\n';
  const told = (version: string) =>
    showFindings(
      only(
        { 'fleet.yml': `${BLACKBOX}config: bb.yml\nversion: "${version}"\n`, 'bb.yml': modules },
        'blackbox_exporter@a',
      ).findings,
    );
  const wrong = (
    version: string,
    probers: string,
  ) => `bb.yml:3:13: the module \`web\` has no prober \`htt\` in blackbox_exporter ${version}
    did you mean \`http\`?
bb.yml:4:3: the module \`none\` needs a \`prober\`
    there is ${probers}`;
  assert.equal(told('0.28.0'), wrong('0.28.0', 'http, tcp, dns, icmp, grpc, unix'));
  assert.equal(
    told('0.26.0'),
    `${wrong('0.26.0', 'http, tcp, dns, icmp, grpc')}
bb.yml:5:20: the module \`local\` has no prober \`unix\` in blackbox_exporter 0.26.0
    there is http, tcp, dns, icmp, grpc`,
  );
});

const PROMETHEUS = `---
kind: Prometheus
name: main
hosts: [a]
config: prometheus.yml
alertmanagers: [main, other]
scrape_configs:
  - exporter: push
  - alertmanager: main
---
kind: Exporter
name: push
component: pushgateway
hosts: [b]
`;

test('a Prometheus sends its alerts to the Alertmanagers that it names, after those that it has', () => {
  const other = `---
kind: Alertmanager
name: other
hosts: [b]
listen: 127.0.0.1
config: conf/alertmanager.yml
`;
  const rendered = renderAll({
    ...FOLDER,
    'fleet.yml': `${MAIN}flags: { web.external-url: https://example.com/am/ }\n${PROMETHEUS}${other}`,
    'prometheus.yml': 'alerting:\n  alertmanagers: [{ static_configs: [{ targets: ["old:9093"] }] }]\n',
  }).get('prometheus@a');
  assert.ok(rendered);
  assert.equal(
    textOf(rendered, 'prometheus.yml'),
    `alerting:
  alertmanagers:
    - static_configs:
        - targets:
            - "old:9093"
    - path_prefix: "/am"
      static_configs:
        - targets:
            - "10.0.0.1:9093"
scrape_configs:
  - job_name: push
    honor_labels: true
    file_sd_configs:
      - files:
          - targets/push.json
  - job_name: main
    metrics_path: "/am/metrics"
    file_sd_configs:
      - files:
          - targets/main.json
`,
  );
  assert.equal(
    showFindings(rendered.notes),
    "fleet.yml:11:23: Prometheus main on host a can't send alerts to Alertmanager other on host b: it listens on 127.0.0.1 alone\n    write `listen: 0.0.0.0`",
  );
});

test('a heap that may fill all of the limit is refused', () => {
  const told = (memory: string) => {
    const limits = `limits: { memory: 1GB }\nenv: { GOMEMLIMIT: ${memory} }\n`;
    return showFindings(
      readFiles({ 'fleet.yml': `kind: Exporter\nname: node\ncomponent: node_exporter\n${limits}` }).findings,
    );
  };
  assert.equal(told('921MiB'), '');
  assert.match(
    told('1GiB'),
    /^fleet\.yml:5:20: a GOMEMLIMIT of 1GiB leaves too little of `limits\.memory`, which is 1GB/,
  );
  assert.match(told('"1000000000"'), /leaves too little/);
});

test('what an Alertmanager or an exporter can’t be is said where it is written', () => {
  const { findings } = readFiles({
    'fleet.yml': `kind: Alertmanager
name: main
replicas: 0
config: am.yml
---
kind: Exporter
name: node
component: node_exporter
config: am.yml
---
kind: Exporter
name: am
component: alertmanager
---
kind: Prometheus
name: main
alertmanagers: [mian]
`,
    'am.yml': 'route: {}\n',
  });
  assert.equal(
    showFindings(findings),
    `fleet.yml:3:11: \`replicas\` must be a whole number from 1, not \`0\`
fleet.yml:9:1: node_exporter reads no configuration
    write \`flags:\`
fleet.yml:13:12: an Alertmanager is no Exporter
    write \`kind: Alertmanager\`
fleet.yml:17:17: there is no Alertmanager \`mian\`
    did you mean \`main\`?`,
  );
});
