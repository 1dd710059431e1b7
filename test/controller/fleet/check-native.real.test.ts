import assert from 'node:assert/strict';
import { afterAll, beforeAll, test } from 'vitest';
import { newFleet } from '../../../controller/cli/new-fleet/files.ts';
import { applyFleet } from '../../../controller/fleet/apply.ts';
import { ReleaseLibrary } from '../../../controller/releases/library.ts';
import { openNetwork } from '../../../controller/releases/network.ts';
import { Fault } from '../../../proto/fault.ts';
import { type Files, folderOf, showFindings } from '../../support/fleet-folder.ts';
import { openFleet, type TestFleet } from '../../support/open-fleet.ts';
import { machineArch, type RealMirror, realMirror } from '../../support/real-releases.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

let mirror: RealMirror;
let fleet: TestFleet;
let state: ReturnType<typeof temporaryDirectory>;
let library: ReleaseLibrary;
const stopped = new AbortController();

beforeAll(async () => {
  mirror = await realMirror();
  fleet = openFleet();
  fleet.enrol('a', {}, { arch: machineArch });
  state = temporaryDirectory();
  library = new ReleaseLibrary({
    directory: state.path,
    releases: fleet.stores.releases,
    commit: fleet.commit,
    now: Date.now,
    onDownload: () => undefined,
    network: openNetwork({}, stopped.signal),
  });
});

afterAll(async () => {
  stopped.abort();
  fleet[Symbol.dispose]();
  state[Symbol.dispose]();
  await mirror[Symbol.asyncDispose]();
});

/** What an apply with real programs says: '' when it went through. */
const applied = (files: Files): Promise<string> =>
  appliedAlone({
    ...files,
    'sources.yml': `kind: Fleet\nname: f\nartifacts: { sources: [{ mirror: "${mirror.url}" }] }\n`,
  });

async function appliedAlone(files: Files): Promise<string> {
  const request = { folder: 'fleet', files: folderOf(files), note: '' };
  const consent = { base: undefined, allowRemove: 9, allowEmpty: false, discardOverrides: false };
  try {
    await applyFleet({ ...fleet, library }, { ...request, ...consent }, 'ann');
    return '';
  } catch (error) {
    assert.ok(error instanceof Fault, String(error));
    return showFindings(error.findings) || error.message;
  }
}

const newest = (component: string, major: string): string => {
  const version = mirror.versions[component]?.find((one) => one.startsWith(major));
  assert.ok(version, `Debian has no ${component} ${major}`);
  return version;
};

const NODE = 'kind: Exporter\nname: node\ncomponent: node_exporter\n';
const MAIN = 'kind: Prometheus\nname: main\n';

test('flags and files that are right go through, native keys, rules and secrets included', async () => {
  const told = await applied({
    'fleet.yml': `${NODE}flags: { collector.wifi: false, log.level: debug }
---
${MAIN}version: "${newest('prometheus', '3.')}"
config: prometheus.yml
rules: [rules/*.yml]
retention: { time: 15d, size: 10GB }
flags: { web.enable-admin-api: false, web.enable-lifecycle: true, enable-feature: exemplar-storage }
scrape_configs: [{ exporter: node }, { prometheus: main }]
`,
    'prometheus.yml': `global: { scrape_interval: 15s, external_labels: { answer: yes } }
storage:
remote_write:
  - url: 'http://127.0.0.1:1/w'
    basic_auth: { username: u, password_file: secrets/w }
`,
    'secrets/w': 'x\n',
    'rules/a.yml': 'groups: [{ name: a, rules: [{ record: "a:b", expr: up }] }]\n',
  });
  assert.equal(told, '');
});

test('a flag that a version removed is refused by that version and by no other', async () => {
  const main = (version: string): Files => ({
    'fleet.yml': `${MAIN}version: "${version}"\nflags: { storage.tsdb.allow-overlapping-blocks: true }\n`,
  });
  const [old, now] = [newest('prometheus', '2.'), newest('prometheus', '3.')];
  assert.equal(await applied(main(old)), '');
  assert.match(
    await applied(main(now)),
    new RegExp(
      `^fleet\\.yml:4:10: prometheus ${now} refuses this flag: unknown long flag '--storage.tsdb.allow-overlapping-blocks'`,
    ),
  );
  const node = newest('node_exporter', '1.9');
  assert.equal(
    await applied({ 'fleet.yml': `${NODE}version: "${node}"\nflags:\n  web.config: x.yml\n` }),
    `fleet.yml:6:3: node_exporter ${node} refuses this flag: unknown long flag '--web.config'
    did you mean \`web.config.file\`? write \`endpoint_security:\``,
  );
});

test('a value that a flag does not take is refused where it is written', async () => {
  assert.match(
    await applied({ 'fleet.yml': `${MAIN}version: "${newest('prometheus', '3.')}"\nflags:\n  query.timeout: 2x\n` }),
    /^fleet\.yml:5:3: prometheus \S+ refuses this flag: .*"2x"$/,
  );
});

test('promtool’s own words, with our file and line, in every version', async () => {
  for (const version of mirror.versions['prometheus'] ?? []) {
    const told = await applied({
      'fleet.yml': `${MAIN}version: "${version}"\nconfig: conf/p.yml\nrules: [rules/*.yml]\nscrape_configs: [{ job_name: x, scrape_intervall: 3s }]\n`,
      'conf/p.yml': '# why\nglobal:\n  # here\n  scrap_interval: 15s\n',
      'rules/a.yml': 'groups: []\n',
    });
    const [config = '', hint, job = '', ...more] = told.split('\n');
    assert.equal(config, `conf/p.yml:4:3: promtool ${version}: field scrap_interval not found in type config.plain`);
    assert.equal(hint, '    did you mean `scrape_interval`?');
    assert.match(job, new RegExp(`^fleet\\.yml:6:33: promtool ${version}: field scrape_intervall not found in type`));
    assert.deepEqual(more, [hint]);
    const rules = await applied({
      'fleet.yml': `${MAIN}version: "${version}"\nrules: [alerts/*.yml]\n`,
      'alerts/a.yml': 'groups:\n  - name: a\n    rules:\n      - alert: Down\n        expr: up ==\n',
    });
    assert.match(
      rules,
      new RegExp(`^alerts/a\\.yml:5:\\d+: promtool ${version}: group "a", rule 1, "Down": could not parse expression`),
    );
    const indented = await applied({
      'fleet.yml': `${MAIN}version: "${version}"\nrules: [alerts/*.yml]\n`,
      'alerts/a.yml':
        'groups:\n  - name: a\n    rules:\n      - alert: Down\n        expr: up == 0\n        for: 1m\n       labels: { a: b }\n',
      'alerts/b.yml': 'groups: []\n',
    });
    assert.match(indented, new RegExp(`^alerts/a\\.yml:7:1: promtool ${version}: did not find expected`));
    const interval = await applied({
      'fleet.yml': `${MAIN}version: "${version}"\nconfig: p.yml\n`,
      'p.yml': 'global:\n  scrape_interval: 5x\n',
    });
    assert.match(interval, /^p\.yml:2:20: promtool \S+: .*"5x"/);
  }
});

test('what promtool says of an expression is said once, at its character in the file', async () => {
  for (const version of mirror.versions['prometheus'] ?? []) {
    const told = await applied({
      'fleet.yml': `${MAIN}version: "${version}"\nrules: [alerts/*.yml]\n`,
      'alerts/a.yml': `groups:
  - name: a
    rules:
      - alert: Folded
        expr: >-
          sum(rate(x[5m])
            by (job) > 1
      - alert: Quoted
        expr: 'up{job="it''s"} == == 1'
      - alert: Types
        expr: |
          up
            > rate(up)
`,
    });
    const parse = (rule: string) => `promtool ${version}: group "a", ${rule}: could not parse expression: `;
    const [folded = '', quoted = '', types = '', ...more] = told.split('\n');
    assert.ok(folded.startsWith(`alerts/a.yml:7:13: ${parse('rule 1, "Folded"')}unexpected <by>`), told);
    assert.ok(quoted.startsWith(`alerts/a.yml:9:35: ${parse('rule 2, "Quoted"')}unexpected <op:==>`), told);
    assert.ok(types.startsWith(`alerts/a.yml:13:20: ${parse('rule 3, "Types"')}expected type range vector`), told);
    assert.deepEqual(more, []);
  }
});

test('amtool and blackbox_exporter, each in every version, say it of our file and line', async () => {
  for (const version of mirror.versions['alertmanager'] ?? []) {
    const main = (config: string, flags = ''): Files => ({
      'fleet.yml': `kind: Alertmanager\nname: main\nversion: "${version}"\nconfig: am.yml\n${flags}`,
      'am.yml': config,
      'mail.tmpl': '{{ define "a" }}\n{{ nothing }}{{ end }}\n',
    });
    const right = 'route: { receiver: x }\nreceivers: [{ name: x }]\n';
    assert.equal(await applied(main(right)), '');
    assert.match(
      await applied(main('route: { receiver: x }\nreceivers:\n  - { name: x, webhook: [] }\n')),
      new RegExp(`^am\\.yml:3:\\d+: amtool ${version}: field webhook not found in type`),
    );
    assert.match(
      await applied(main(`${right}templates: ['*.tmpl']\n`)),
      new RegExp(`^mail\\.tmpl:2:1: amtool ${version}: function "nothing" not defined`),
    );
    assert.match(
      await applied(main(right, 'flags:\n  data.retention: 1x\n')),
      new RegExp(`^fleet\\.yml:6:3: alertmanager ${version} refuses this flag: .*"1x"`),
    );
  }
  for (const version of mirror.versions['blackbox_exporter'] ?? []) {
    const told = await applied({
      'fleet.yml': `kind: Exporter\nname: b\ncomponent: blackbox_exporter\nversion: "${version}"\nconfig: bb.yml\n`,
      'bb.yml': 'modules:\n  web:\n    prober: http\n    htp: {}\n',
    });
    assert.match(told, new RegExp(`^bb\\.yml:4:5: blackbox_exporter ${version}: field htp not found in type`));
    const standard = `kind: Exporter\nname: b\ncomponent: blackbox_exporter\nversion: "${version}"\n`;
    assert.equal(await applied({ 'fleet.yml': standard }), '');
  }
  for (const version of mirror.versions['pushgateway'] ?? []) {
    const standard = `kind: Exporter\nname: p\ncomponent: pushgateway\nversion: "${version}"\n`;
    assert.equal(await applied({ 'fleet.yml': standard }), '');
  }
});

test('the operator’s own tests are run by the version meant, and one that fails refuses the apply', async () => {
  const tests = (value: number): string => `rule_files: [../rules/a.yml]
tests:
  - interval: 1m
    input_series: [{ series: 'up{job="x"}', values: '0 0 0' }]
    promql_expr_test:
      - { expr: 'x:up', eval_time: 1m, exp_samples: [{ labels: 'x:up{job="x"}', value: ${value} }] }
`;
  for (const version of mirror.versions['prometheus'] ?? []) {
    const main = (value: number): Files => ({
      'fleet.yml': `${MAIN}version: "${version}"\nrules: [rules/a.yml]\nrule_tests: [tests/*.yml]\n`,
      'rules/a.yml': 'groups: [{ name: g, rules: [{ record: "x:up", expr: up }] }]\n',
      'tests/a.yml': tests(value),
    });
    assert.equal(await applied(main(0)), '');
    assert.match(
      await applied(main(1)),
      new RegExp(`^tests/a\\.yml:6:1: promtool ${version}: a test of rules fails: expr: "x:up", time: 1m, exp: ?`),
    );
  }
  for (const version of mirror.versions['alertmanager'] ?? []) {
    const main = (receiver: string): Files => ({
      'fleet.yml': `kind: Alertmanager
name: main
version: "${version}"
config: am.yml
route_tests:
  - { labels: { severity: critical, team: "d b" }, receivers: [${receiver}] }
`,
      'am.yml':
        'route: { receiver: x, routes: [{ receiver: p, matchers: [team="d b"] }] }\nreceivers: [{ name: x }, { name: p }]\n',
    });
    assert.equal(await applied(main('p')), '');
    assert.equal(
      await applied(main('x')),
      'fleet.yml:6:63: an alert with severity="critical", team="d b" goes to p, and not to x\n    mend the route or the test',
    );
  }
});

test('a version that nobody has is answered with what is wrong, at the version', async () => {
  assert.match(
    await applied({ 'fleet.yml': `${MAIN}version: "2.0.99"\n` }),
    /^fleet\.yml:3:10: cannot get prometheus 2\.0\.99 /,
  );
});

test('what `promfleet new fleet` writes is right for the real tools of every version', async () => {
  const answers = { name: 'new', hosts: ['a'], pair: false, alertsTo: 'http://127.0.0.1:1/hook', retention: '15d' };
  const files = newFleet(answers);
  const [{ length }] = [mirror.versions['prometheus'] ?? []] as const;
  for (let index = 0; index < length; index++) {
    const version = (component: string) => `version: "${mirror.versions[component]?.[index]}"`;
    const text = (files['fleet.yaml'] ?? '')
      .replace(/^kind: Fleet\nname: new\n/m, `$&artifacts: { sources: [{ mirror: "${mirror.url}" }] }\n`)
      .replace('component: node_exporter\n', `$&${version('node_exporter')}\n`)
      .replace(/kind: Prometheus\nname: main\n/, `$&${version('prometheus')}\n`)
      .replace(/kind: Alertmanager\nname: main\n/, `$&${version('alertmanager')}\n`);
    assert.equal(await appliedAlone({ ...files, 'fleet.yaml': text }), '', version('prometheus'));
  }
});
