import assert from 'node:assert/strict';
import { test } from 'vitest';
import { setStopped } from '../../../controller/fleet/override.ts';
import { previewFleet } from '../../../controller/fleet/preview.ts';
import { FLEET, folderOf, MAIN, NODE, refused, showFindings } from '../../support/fleet-folder.ts';
import { openFleet } from '../../support/open-fleet.ts';

test('a first apply is revision 1: units, locks, placement, one event, and then the hosts are woken', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  fleet.enrol('b');
  const { revision, plan } = await fleet.apply(FLEET, { note: 'first' });
  assert.deepEqual(revision, { epoch: 1, number: 1 });
  assert.deepEqual(fleet.wanted(), {
    'node_exporter@a': '1.11.1',
    'node_exporter@b': '1.11.1',
    'prometheus@a': '3.5.5',
  });
  assert.deepEqual(
    plan.units.map((unit) => `${unit.action} ${unit.unit}@${unit.host}`),
    ['install node_exporter@a', 'install prometheus@a', 'install node_exporter@b'],
  );
  assert.deepEqual(plan.targets, [{ prometheus: 'prometheus@a', job: 'node', gained: ['a:9100', 'b:9100'], lost: [] }]);
  assert.deepEqual(
    plan.releases.map((one) => `${one.component} ${one.version} ${one.source}`),
    ['node_exporter 1.11.1 github', 'prometheus 3.5.5 github'],
  );
  assert.deepEqual(Object.keys(fleet.stores.revisions.latest()?.locks ?? {}), [
    'node_exporter|Exporter node|amd64',
    'prometheus|Prometheus main|amd64',
  ]);
  assert.deepEqual(fleet.stores.placements.all(), [{ kind: 'Prometheus', name: 'main', host: 'a', ordinal: 0 }]);
  assert.deepEqual(
    fleet.stores.events.list({ limit: 10 }).map((event) => event.message),
    ['revision 1: applied by ann: 3 installed'],
  );
  assert.deepEqual(fleet.woken, [['a', 'b']]);
  const unit = fleet.stores.specs.find('a')?.spec.units.find((one) => one.name === 'prometheus');
  assert.deepEqual(
    unit?.ready.map((probe) => probe.name),
    ['ready', 'has scraped'],
  );
});

test('applying what is so already makes no revision; other words for the same make one that no host hears of', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  await fleet.apply(FLEET);
  const again = await fleet.apply(FLEET);
  assert.deepEqual([again.revision.number, again.plan.changes, fleet.woken.length], [1, false, 1]);
  const reworded = await fleet.apply({ 'fleet.yml': `# why\n${FLEET['fleet.yml']}` });
  assert.deepEqual([reworded.revision.number, reworded.plan.changes, fleet.woken.at(-1)], [2, false, []]);
  assert.equal(fleet.stores.specs.find('a')?.spec.revision.number, 1);
});

test('a plan changes nothing, and an apply planned against an older revision is refused', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  const { plan } = await previewFleet(fleet, { folder: 'fleet', files: folderOf(FLEET), discardOverrides: false });
  assert.deepEqual(
    [plan.base, plan.changes, fleet.stores.revisions.latest()],
    [{ epoch: 0, number: 0 }, true, undefined],
  );
  await fleet.apply(FLEET, { base: plan.base });
  assert.equal(
    await refused(fleet.apply(FLEET, { base: plan.base })),
    `conflict: cannot apply: it was planned against revision 0, and revision 1 is newer
run "promfleet plan" again to see what it would do now, then apply`,
  );
});

test('removing many units, or any Prometheus, needs the number; an empty folder needs a word of its own', async () => {
  using fleet = openFleet();
  for (const name of ['a', 'b', 'c']) fleet.enrol(name);
  await fleet.apply(FLEET);
  const only = (hosts: string): { 'fleet.yml': string } => ({ 'fleet.yml': `${NODE}hosts: ${hosts}\n${MAIN}` });
  assert.equal(
    await refused(fleet.apply(only('[a]'))),
    `conflict: cannot apply: it would remove 2 of 4 units
node_exporter@b would be removed
node_exporter@c would be removed
if that is meant, apply with --allow-remove 2; data on the hosts is kept`,
  );
  await fleet.apply(only('[a, b]'));
  assert.equal(
    await refused(fleet.apply({ 'fleet.yml': `${NODE}hosts: [a, b]\n` })),
    `conflict: cannot apply: it would remove a Prometheus
prometheus@a would be removed
if that is meant, apply with --allow-remove 1; data on the hosts is kept`,
  );
  assert.equal(
    await refused(fleet.apply({}, { allowRemove: 9 })),
    `conflict: cannot apply: there are no resources in the folder, and what came from it is running
is it the right folder? If it is, to remove everything that came from it, apply with --allow-empty --allow-remove 3`,
  );
  await fleet.apply({}, { allowRemove: 3, allowEmpty: true });
  assert.deepEqual(fleet.wanted(), {});
});

test('a plan says first what an apply would be refused for, in the same words', async () => {
  using fleet = openFleet();
  for (const name of ['a', 'b', 'c']) fleet.enrol(name);
  await fleet.apply(FLEET);
  const notes = async (files: Record<string, string>): Promise<string> =>
    showFindings(
      (await previewFleet(fleet, { folder: 'fleet', files: folderOf(files), discardOverrides: false })).plan.notes,
    );
  assert.equal(await notes(FLEET), '');
  assert.equal(
    await notes({ 'fleet.yml': `${NODE}hosts: [a]\n${MAIN}` }),
    `an apply is refused unless it allows for this: it would remove 2 of 4 units
    if that is meant, apply with --allow-remove 2; data on the hosts is kept`,
  );
  assert.equal(
    await notes({}),
    `an apply is refused unless it allows for this: there are no resources in the folder, and what came from it is running
    is it the right folder? If it is, to remove everything that came from it, apply with --allow-empty --allow-remove 4`,
  );
  const { plan } = await fleet.apply({ 'fleet.yml': `${NODE}hosts: [a]\n${MAIN}` }, { allowRemove: 2 });
  assert.deepEqual(plan.notes, []);
});

test('what an operator stopped is not started by an apply unless it says so', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  await fleet.apply(FLEET);
  setStopped(fleet, ['a'], 'node_exporter', true, 'bob');
  assert.equal(fleet.wanted()['node_exporter@a'], '1.11.1 stopped');
  assert.equal(
    await refused(fleet.apply(FLEET)),
    `conflict: cannot apply: it would start 1 unit that an operator stopped
node_exporter@a was stopped by bob
start them with "promfleet start UNIT --on HOST", or apply with --discard-overrides to start them all`,
  );
  const { plan } = await fleet.apply(FLEET, { discardOverrides: true });
  assert.deepEqual(
    plan.units.map((unit) => unit.action),
    ['start', 'nothing'],
  );
  assert.deepEqual(fleet.stores.overrides.all(), []);
});

test('folders are apart: each is applied alone, and neither may touch what is the other’s', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  await fleet.apply({ 'fleet.yml': NODE }, { folder: 'base' });
  const main = MAIN.replace('---\n', '');
  await fleet.apply({ 'main.yml': main }, { folder: 'mon' });
  assert.deepEqual(Object.keys(fleet.wanted()), ['node_exporter@a', 'prometheus@a']);
  assert.match(
    await refused(fleet.apply({ 'main.yml': NODE }, { folder: 'mon' })),
    /^main\.yml:2:1: Exporter node is written twice; the other is at base: fleet\.yml:2$/m,
  );
  assert.match(
    await refused(fleet.apply({ 'x.yml': 'kind: Host\nname: q\n' }, { folder: 'base' })),
    /mon: main\.yml:4:30: there is no Exporter `node`/,
  );
});

test('every error comes at once: of the language, of releases, of flags and of promtool, each at its line', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  const told = await refused(
    fleet.apply({
      'fleet.yml': `kind: Exporter
name: node
component: node_exporter
version: "9.9.9"
---
kind: Exporter
name: other
component: node_exporter
unit: other
port: 9101
flags: { no-such-flag: 1 }
---
kind: Prometheus
name: main
config: prometheus.yml
---
kind: Prometheus
name: second
unit: second
port: 9091
colour: red
`,
      'prometheus.yml': 'global:\n  # more\n  WRONG: 1\n',
    }),
  );
  assert.equal(
    told,
    `invalid: cannot apply the fleet: there are 4 errors in it
fleet.yml:4:10: cannot get node_exporter 9.9.9 for amd64: apt bookworm has 1.5.0
    write a version that one of the sources has
fleet.yml:11:10: node_exporter 1.11.1 refuses this flag: unknown long flag '--no-such-flag'
    did you mean \`such-a-flag\`?
fleet.yml:21:1: Prometheus has no key \`colour\`
    it has name, version, hosts, replicas, spread_by, unit, port, listen, flags, env, limits, firewall, rollout, drift, endpoint_security, access, replica_label, retention, external_labels, config, rules, thanos, backup, rule_tests, alertmanagers, scrape_configs
prometheus.yml:3:3: promtool 3.5.5: field WRONG not found in type config.plain
nothing was changed`,
  );
  assert.equal(fleet.stores.revisions.latest(), undefined);
});

test('a version that was left open is locked: only an operator moves it, and other architectures follow it', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  await fleet.apply(FLEET);
  fleet.enrol('arm', {}, { arch: 'arm64' });
  fleet.asked.length = 0;
  await fleet.apply(FLEET);
  assert.deepEqual(fleet.asked.slice(0, 1), ['node_exporter 1.11.1 arm64']);
  const { plan } = await fleet.apply({ 'fleet.yml': `${NODE}version: "1.9.0"\n${MAIN}` });
  assert.deepEqual(
    plan.units.filter((unit) => unit.action !== 'nothing').map((unit) => [unit.action, ...unit.why]),
    [
      ['restart', 'version 1.11.1 → 1.9.0'],
      ['restart', 'version 1.11.1 → 1.9.0'],
    ],
  );
});

test('a controller that was restored sends nothing until an apply, which outranks all that it forgot', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  await fleet.apply(FLEET);
  fleet.stores.meta.beginEpoch(2);
  assert.equal(
    await refused(Promise.resolve().then(() => setStopped(fleet, ['a'], 'prometheus', true, 'bob'))),
    `conflict: cannot stop prometheus: this controller was restored, and nothing was applied since
run "promfleet plan", then "promfleet apply"`,
  );
  const { revision } = await fleet.apply(FLEET);
  assert.deepEqual(revision, { epoch: 2, number: 1 });
  assert.deepEqual(fleet.stores.specs.find('a')?.spec.revision, revision);
  assert.equal(fleet.stores.meta.held(), false);
  assert.deepEqual(fleet.woken.at(-1), ['a']);
});

test('a plan that lets go of overrides shows what starts, as the apply does it', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  await fleet.apply(FLEET);
  setStopped(fleet, ['a'], 'node_exporter', true, 'bob');
  const files = folderOf(FLEET);
  const { plan } = await previewFleet(fleet, { folder: 'fleet', files, discardOverrides: true });
  const applied = await fleet.apply(FLEET, { discardOverrides: true });
  assert.deepEqual(plan.units, applied.plan.units);
  assert.deepEqual(plan.notes, []);
  assert.equal(plan.units[0]?.action, 'start');
});

test('a version that is taken away stays what it was, for its own resource, on hosts of every architecture', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  const other = '---\nkind: Exporter\nname: other\ncomponent: node_exporter\nhosts: [b]\nport: 9101\n';
  await fleet.apply({ 'fleet.yml': `${NODE}version: "1.5.0"\n` });
  await fleet.apply({ 'fleet.yml': NODE });
  assert.deepEqual(fleet.wanted(), { 'node_exporter@a': '1.5.0' });
  fleet.enrol('b', {}, { arch: 'arm64' });
  await fleet.apply({ 'fleet.yml': `${NODE}hosts: [a]\n${other}` });
  assert.deepEqual(fleet.wanted(), { 'node_exporter@a': '1.5.0', 'node_exporter@b': '8.8.8' });
  await fleet.apply({ 'fleet.yml': `${NODE}unit: own\n${other}` });
  assert.deepEqual(fleet.wanted(), { 'own@a': '1.5.0', 'own@b': '1.5.0', 'node_exporter@b': '8.8.8' });
});

test('a release that an earlier revision had is not new to the fleet', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  const release = async (version: string): Promise<number> =>
    (await fleet.apply({ 'fleet.yml': `${NODE}version: "${version}"\n` })).plan.releases.length;
  assert.deepEqual([await release('1.5.0'), await release('1.9.0'), await release('1.5.0')], [1, 1, 0]);
});

test('a unit that two folders have names the other folder, and how to take its place', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  await fleet.apply({ 'fleet.yml': NODE }, { folder: 'base' });
  assert.match(
    await refused(fleet.apply({ 'fleet.yml': NODE.replace('name: node', 'name: mine') })),
    /both the unit node_exporter on host a\n.*of its own; the other is of the folder “base”: .*`--folder-name base`/,
  );
});
