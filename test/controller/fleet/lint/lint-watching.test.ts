import assert from 'node:assert/strict';
import { test } from 'vitest';
import { checkFolder } from '../../../../controller/fleet/check-folder.ts';
import { type Files, folderOf, showFindings } from '../../../support/fleet-folder.ts';

const told = (files: Files): string => showFindings(checkFolder(folderOf(files)).notes);

const prometheus = (name: string, more = ''): string => `---
kind: Prometheus
name: ${name}
${more}`;

test('what nobody scrapes, what can’t be told apart and what goes round in a circle is told', () => {
  const sends = 'config: p.yml\nport: 9099\nunit: other\n';
  assert.equal(
    told({
      'fleet.yml': `kind: Exporter
name: node
component: node_exporter
${prometheus('a', 'config: p.yml\nrules: [r.yml]\nscrape_configs: [{ federate: { from: [b], match: [up] } }]\n')}${prometheus('b', `${sends}scrape_configs: [{ federate: { from: [a], match: [up] } }]\n`)}`,
      'p.yml': 'remote_write: [{ url: "http://127.0.0.1:1/w" }]\n',
      'r.yml': `groups:
  - name: g
    rules:
      - { record: "a:x", expr: "sum(b:x)" }
      - { record: "b:x", expr: "max(a:x) + c:x" }
      - { record: "c:x", expr: "count(up)" }
`,
    }),
    `fleet.yml:2:1: Exporter node runs, and no Prometheus of the fleet scrapes it
    write \`- exporter: node\` under \`scrape_configs:\` of one; if others scrape it, this may stay
fleet.yml:9:38: federation goes round in a circle: a ← b ← a
    let one side have what both need
fleet.yml:12:1: Prometheus b and Prometheus a (fleet.yml:6) have the same external labels (none at all): what they send can't be told apart
    give one of them an \`external_labels:\` of its own
r.yml:4:19: recording rules feed on each other: a:x ← b:x ← a:x
    each evaluation is of what the last one left: is that meant?`,
  );
});

test('what is right is not told', () => {
  const own = (label: string): string =>
    `config: p.yml\nexternal_labels: { site: ${label} }\nscrape_configs: [{ exporter: node }]\n`;
  assert.equal(
    told({
      'fleet.yml': `kind: Exporter\nname: node\ncomponent: node_exporter\n${prometheus('a', own('one'))}${prometheus('b', own('two'))}`,
      'p.yml': 'remote_write: [{ url: "http://127.0.0.1:1/w" }]\n',
    }),
    '',
  );
});
