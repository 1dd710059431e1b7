import assert from 'node:assert/strict';
import { test } from 'vitest';
import { previewFleet } from '../../../controller/fleet/preview.ts';
import { folderOf, readFiles, refused, showFindings } from '../../support/fleet-folder.ts';
import { openFleet } from '../../support/open-fleet.ts';

const NODE = 'kind: Exporter\nname: node\ncomponent: node_exporter\n';

test('a plan notes a limit that nobody enforces and a host label that no host has', async () => {
  using fleet = openFleet();
  fleet.enrol('a', { rack: '1' }, { supervisor: 'process' });
  fleet.enrol('b', { env: 'x' }, { supervisor: 'systemd' });
  const files = { 'fleet.yml': `${NODE}limits: { memory: 1GB }\ntarget: { host_labels: [env, rak] }\n` };
  const { plan } = await previewFleet(fleet, { folder: 'fleet', files: folderOf(files), discardOverrides: false });
  assert.equal(
    showFindings(plan.notes),
    `fleet.yml:4:11: the memory limit of 1GB on host a is not enforced: no systemd there
fleet.yml:5:30: no host that runs it has the label \`rak\`
    did you mean \`rack\`?`,
  );
});

test('a plan says of rules what a check of the folder says, and is refused for the same', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  const plan = (expr: string) => {
    const files = {
      'fleet.yml': `${NODE}---\nkind: Prometheus\nname: main\nhosts: [a]\nrules: [r.yml]\nscrape_configs: [{ exporter: node }]\n`,
      'r.yml': `groups: [{ name: g, rules: [{ alert: Idle, for: 5m, expr: '${expr}' }] }]\n`,
    };
    return previewFleet(fleet, { folder: 'fleet', files: folderOf(files), discardOverrides: false });
  };
  assert.match(showFindings((await plan('rate(x_total[5m]) == 0')).plan.notes), /^r\.yml:1:60: .*\[idle-series\]$/m);
  assert.match(await refused(plan('sum(rate(x_total{job="node"}[5s])) > 1')), /^r\.yml:1:\d+: .*\[empty-range\]$/m);
});

test('a key of ours that is misspelt under `target` is refused with the right one, before promtool sees it', () => {
  const told = (key: string): string =>
    showFindings(readFiles({ 'fleet.yml': `${NODE}target: { ${key}: [env] }\n` }).findings);
  const hint = '    did you mean `host_labels`?';
  assert.equal(told('host_label'), `fleet.yml:4:11: \`target\` of Exporter has no key \`host_label\`\n${hint}`);
  assert.equal(told('scrape_timeot'), '');
});
