import assert from 'node:assert/strict';
import { test } from 'vitest';
import { readFleet } from '../../../controller/fleet/read-fleet.ts';
import { type Files, folderOf, readFiles, showFindings } from '../../support/fleet-folder.ts';

const errors = (files: Files): string => showFindings(readFiles(files).findings);
const inFleetFile = (text: string): string => errors({ 'fleet.yml': text.replace(/^\n/, '') });

test('the shortest useful fleet is four lines', () => {
  const { fleet, findings } = readFiles({
    'fleet.yml': 'kind: Exporter\nname: node\ncomponent: node_exporter\nhosts: all\n',
  });
  assert.deepEqual(findings, []);
  assert.deepEqual(
    fleet.resources.map(({ kind, name }) => [kind, name]),
    [['Exporter', 'node']],
  );
});

test('everything of the language that this version has is read', () => {
  const { findings } = readFiles({
    'fleet.yml': `
kind: Fleet
name: production
external_labels: { cluster: production }
artifacts: { sources: [github, apt, { apt: [trixie] }, { mirror: "https://mirror.example/" }] }
address: { network: 10.0.0.0/8 }
---
kind: Host
name: db-1
labels: { role: db }
address: 10.0.0.9
---
kind: Exporter
name: node
component: node_exporter
version: "1.9.0"
hosts: { labels: { role: db, env: [prod, stage] }, facts: { arch: arm64 }, not: { names: [db-9] } }
replicas: 1
spread_by: az
unit: node2
port: 9101
listen: 127.0.0.1
flags: { log.level: debug, collector.wifi: false, web.max-requests: 3 }
env: { GOGC: "50" }
limits: { memory: 512MB, open_files: 1024 }
drift: report
target: { scrape_interval: 30s, labels: { a: b }, host_labels: [env], metric_relabel_configs: [] }
---
kind: Prometheus
name: main
version: "2.53.3"
hosts: [db-1]
replicas: 1
replica_label: r
retention: { time: 15d, size: 10GB }
external_labels: { cluster: production }
config: conf/prometheus.yml
rules: [rules/*.yml]
scrape_configs: [{ exporter: node }, { prometheus: main }, { job_name: other }]
`,
    'conf/prometheus.yml': 'global: {}\n',
    'rules/a.yml': 'groups: []\n',
  });
  assert.equal(showFindings(findings), '');
});

test('every error of a folder is told at once, with its place, what was expected and the nearest right word', () => {
  const told = errors({
    'fleet.yml': `kind: Fleet
name: production
externl_labels: { cluster: x }
rollout: { canary: 1 }
---
kind: Exporter
name: node
component: node_exportr
version: 1.10
hosts: { lables: { role: db } }
prot: 9100
port: 99999
limits: { memory: 3x }
textfile_scripts: []
---
kind: Prometheus
version: "v2.53"
hosts: 7
scrape_configs:
  - exporter: nod
  - federate: { from: [a] }
  - job: x
---
kind: Prometeus
name: x
---
kind: Thanos
name: main
`,
    'stray.yml': 'name: x\n',
  });
  assert.equal(
    told,
    `fleet.yml:3:1: Fleet has no key \`externl_labels\`
    did you mean \`external_labels\`?
fleet.yml:9:10: \`version\` must be in quotes: without them YAML reads 1.10 as the number 1.1
    write version: "1.10"
fleet.yml:10:10: \`hosts\` of Exporter has no key \`lables\`
    did you mean \`labels\`?
fleet.yml:11:1: Exporter has no key \`prot\`
    did you mean \`port\`?
fleet.yml:12:7: \`port\` must be a whole number from 1 to 65535, not \`99999\`
fleet.yml:13:19: \`limits.memory\` must be a size such as \`512MB\` or \`10GB\`, not \`3x\`
fleet.yml:14:19: \`textfile_scripts\` must be a list such as \`[{ name: raid, every: 60s, run: scripts/raid.sh }]\`, not an empty list
fleet.yml:16:1: Prometheus needs \`name\`: letters and digits with - _ or . between them, at most 63
fleet.yml:17:10: \`version\` must be an exact version in quotes, such as "1.9.0", not "v2.53"
fleet.yml:18:8: \`hosts\` must be \`all\`, a list of host names, or a match such as \`{ labels: { role: db } }\`, not \`7\`
fleet.yml:21:15: Prometheus needs \`scrape_configs[1].federate.match\`: a list of series selectors, such as \`['{__name__=~"job:.*"}']\`
fleet.yml:24:7: there is no kind \`Prometeus\`
    did you mean \`Prometheus\`?
fleet.yml:28:1: Thanos main has no part that runs anywhere
    write \`query:\`, \`query_frontend:\`, \`store:\`, \`compact:\`, \`rule:\`, \`receive:\`
stray.yml:1:1: this document has no \`kind\`
    begin it with \`kind:\`, or name the file under \`config:\` or \`rules:\` of the Prometheus that it belongs to`,
  );
});

test('a name that leads nowhere is told with the nearest that there is', () => {
  assert.equal(
    inFleetFile(`
kind: Exporter
name: node
component: node_exportr
---
kind: Prometheus
name: main
scrape_configs:
  - exporter: nod
  - prometheus: man
  - federate: { from: [a], match: [up] }
  - jobname: x
  - { exporter: node, prometheus: main }
`),
    `fleet.yml:3:12: there is no component \`node_exportr\`
    did you mean \`node_exporter\`?
fleet.yml:8:15: there is no Exporter \`nod\`
    did you mean \`node\`?
fleet.yml:9:17: there is no Prometheus \`man\`
    did you mean \`main\`?
fleet.yml:10:24: there is no Prometheus \`a\`
    there is main
fleet.yml:11:5: this scrape config scrapes nothing: it needs \`exporter: NAME\`, \`prometheus: NAME\`, \`alertmanager: NAME\`, \`thanos: NAME\`, \`probe: NAME\`, \`federate: { from, match }\` or a native scrape config, which has a \`job_name\`
    did you mean \`job_name\`?
fleet.yml:12:5: one entry names one thing to scrape, not \`exporter\` and \`prometheus\``,
  );
});

test('an Exporter that can not be read is still there for whoever names it', () => {
  assert.equal(
    inFleetFile(`
kind: Exporter
name: node
component: node_exporter
version: 1.9.0
---
kind: Prometheus
name: main
scrape_configs: [{ exporter: node }]
`),
    `fleet.yml:4:10: \`version\` must be in quotes: without them YAML may read it as a number
    write version: "1.9.0"`,
  );
});

test('a version that is none is told what one looks like', () => {
  const told = (version: string): string =>
    inFleetFile(`kind: Exporter\nname: node\ncomponent: node_exporter\nversion: ${version}\n`);
  const expected = 'fleet.yml:4:10: `version` must be an exact version in quotes, such as "1.9.0", not';
  const kept = 'leave the key out to have the one that promfleet knows: it is recorded at the first apply';
  assert.equal(told('latest'), `${expected} \`latest\`\n    ${kept}`);
  assert.equal(told('v1.9.0'), `${expected} \`v1.9.0\`\n    write version: "1.9.0"`);
  assert.equal(told('"v1.9.0"'), `${expected} "v1.9.0"\n    write version: "1.9.0"`);
  assert.equal(told('"latest"'), `${expected} "latest"`);
  assert.equal(told('"1.9.0"'), '');
});

test('a tab is one error, also where it stands on several lines', () => {
  const told = (body: string): string => inFleetFile(`kind: Prometheus\nname: main\n${body}`);
  const tab = (at: string): string => `fleet.yml:${at}: cannot read YAML: a tab is no indentation\n    use spaces`;
  assert.equal(told('hosts:\n\t- a\n\t- b\n'), tab('4:1'));
  assert.equal(told('limits:\n\tmemory: 1GB\n\topen_files: 3\nport: 9090\n'), tab('4:1'));
  assert.equal(told('flags:\n  a: 1\n\tb: 2\n'), tab('5:1'));
});

test('a rules path that names no file is one error: the file that it may have meant is not complained of', () => {
  const rules = { 'rules/r.yml': 'groups: []\n', 'stray.yml': 'x: y\n' };
  const told = (path: string): string =>
    errors({ 'fleet.yml': `kind: Prometheus\nname: main\nrules: [${path}]\n`, ...rules });
  assert.match(told('rules/*.yml'), /^stray\.yml:1:1: this document has no `kind`/);
  assert.equal(told('ruls/*.yml'), '');
});

test('YAML that is none is told where it breaks, and what it would have claimed is not complained of', () => {
  assert.equal(
    errors({
      'fleet.yml': 'kind: Prometheus\nname: main\nconfig: p.yml\nhosts:\n\t- a\n',
      'p.yml': 'global: {}\n',
      'twice.yml': 'kind: Host\nname: a\nname: b\n',
      'bytes.yml': 'kind: [\n',
    }),
    `bytes.yml:2:1: cannot read YAML: flow sequence in block collection must be sufficiently indented and end with a ]
fleet.yml:5:1: cannot read YAML: a tab is no indentation
    use spaces
twice.yml:3:1: the key \`name\` is written twice in one mapping
    keep one of the two`,
  );
});

test('aliases are fine, and a bomb of them is refused', () => {
  assert.equal(
    inFleetFile('kind: Host\nname: a\nlabels: &l { role: db }\n---\nkind: Host\nname: b\nlabels: { <<: {x: y} }\n'),
    '',
  );
  const bomb = `kind: Host\nname: a\nlabels:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n${Array.from(
    { length: 9 },
    (_, i) => `  a${i + 1}: &a${i + 1} [${Array.from({ length: 10 }, () => `*a${i}`).join(', ')}]\n`,
  ).join('')}`;
  assert.match(inFleetFile(bomb), /nested too deeply, or its aliases unfold without end/);
  assert.match(inFleetFile(`kind: Host\nname: ${'['.repeat(300)}${']'.repeat(300)}\n`), /nested too deeply/);
  assert.match(inFleetFile('kind: Host\nname: a\nlabels: &l { role: *l }\n'), /nested too deeply/);
});

test('a name belongs to one document, and to one folder', () => {
  const host = 'kind: Host\nname: a\n';
  assert.equal(
    errors({ 'a.yml': host, 'b.yml': `kind: Fleet\nname: x\n---\n${host}---\nkind: Fleet\nname: y\n` }),
    `b.yml:5:1: Host a is written twice; the other is at a.yml:2
    give one of the two another name
b.yml:8:1: a fleet has one \`kind: Fleet\`; the other is at b.yml:2`,
  );
  const file = { path: 'a.yml', content: Buffer.from(host) };
  const { findings } = readFleet([
    { folder: 'base', shownAs: 'base: ', files: [file] },
    { folder: 'prod', shownAs: '', files: [file] },
  ]);
  assert.equal(
    showFindings(findings),
    `a.yml:2:1: Host a is written twice; the other is at base: a.yml:2
    the other is of the folder “base”: to put this folder in its place, apply it with \`--folder-name base\`; to have both, remove it there first`,
  );
});

test('what an agent says of its own host selects nothing', () => {
  assert.match(
    inFleetFile('kind: Exporter\nname: n\ncomponent: node_exporter\nhosts: { labels: { self.role: db } }\n'),
    /^fleet.yml:4:20: `self.role` can't select hosts: labels under `self\.` are what a host says of itself\n/,
  );
});

test('a unit may not take the name of something of the system', () => {
  const unit = (name: string): string =>
    inFleetFile(`kind: Exporter\nname: n\ncomponent: node_exporter\nunit: ${name}\n`);
  assert.equal(unit('node_exporter2'), '');
  assert.equal(unit('root'), 'fleet.yml:4:7: `unit` must be a name that no user of the system has, not `root`');
  assert.match(unit('Node'), /must be lower-case letters/);
  assert.match(unit('../x'), /must be lower-case letters/);
});

test('flow style that is nested without end is refused at its place, brackets in text are none', () => {
  const deep = (text: string) => showFindings(readFiles({ 'fleet.yml': text }).findings);
  const said = 'cannot read YAML: it is nested too deeply, or its aliases unfold without end';
  assert.equal(deep(`kind: Host\nname: a\nlabels: ${'['.repeat(9_000)}\n`), `fleet.yml:3:209: ${said}`);
  assert.equal(deep(`kind: Host\nname: a\nlabels: ${'{a: '.repeat(3_000)}\n`), `fleet.yml:3:809: ${said}`);
  assert.equal(deep(`kind: Host\nname: a\nlabels: { a: "${'['.repeat(9_000)}" }\n`), '');
});

test('what is wrong between two folders is said of the one that is applied, whatever they are called', () => {
  const files = folderOf({ 'fleet.yml': 'kind: Fleet\nname: x\n' });
  for (const [applied, other] of [
    ['a', 'b'],
    ['b', 'a'],
  ] as const) {
    const folders = ['a', 'b'].map((folder) => ({ folder, shownAs: folder === applied ? '' : `${folder}: `, files }));
    const [said] = readFleet(folders).findings;
    assert.equal(said?.file, 'fleet.yml');
    assert.match(`${said.message} ${said.hint}`, new RegExp(`at ${other}: fleet\\.yml:2 .*--folder-name ${other}\``));
  }
});
