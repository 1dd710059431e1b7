import assert from 'node:assert/strict';
import { test } from 'vitest';
import { setStopped } from '../../../controller/fleet/override.ts';
import { refreshFleet } from '../../../controller/fleet/refresh.ts';
import { selectUnits } from '../../../controller/fleet/select-units.ts';
import { previewUndo, undoFleet } from '../../../controller/fleet/undo.ts';
import { Fault } from '../../../proto/fault.ts';
import { openFleet } from '../../support/open-fleet.ts';

const NODE = 'kind: Exporter\nname: node\ncomponent: node_exporter\n';
const MAIN = '---\nkind: Prometheus\nname: main\nreplicas: 1\nscrape_configs: [{ exporter: node }]\n';
const fault = (code: string, message: RegExp) => (error: unknown) =>
  error instanceof Fault && error.code === code && message.test(error.message);

test('undo brings back the files and the versions of an older revision as a new one; a second undo never toggles', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  await assert.rejects(undoFleet(fleet, undefined, 'ann'), fault('not_found', /nothing was ever applied/));
  await fleet.apply({ 'fleet.yml': `${NODE}version: "1.5.0"\n` });
  await assert.rejects(undoFleet(fleet, undefined, 'ann'), fault('not_found', /no older change/));
  await fleet.apply({ 'fleet.yml': `${NODE}version: "1.9.0"\n` });
  const undone = await undoFleet(fleet, undefined, 'ann');
  assert.deepEqual([undone.revision.number, fleet.wanted()], [3, { 'node_exporter@a': '1.5.0' }]);
  assert.deepEqual(
    [fleet.stores.revisions.latest()?.cause, fleet.stores.revisions.latest()?.note],
    ['undo', 'back to revision 1'],
  );
  await assert.rejects(undoFleet(fleet, undefined, 'ann'), fault('not_found', /no older change/));
  await undoFleet(fleet, { epoch: 1, number: 2 }, 'ann');
  assert.deepEqual(fleet.wanted(), { 'node_exporter@a': '1.9.0' });
  await undoFleet(fleet, { epoch: 1, number: 1 }, 'ann');
  assert.deepEqual(fleet.wanted(), { 'node_exporter@a': '1.5.0' });
  await assert.rejects(
    undoFleet(fleet, { epoch: 1, number: 77 }, 'ann'),
    fault('not_found', /there is no revision 77/),
  );
});

test('undo takes back the newest change of an operator, a stop too; another goes further, past hosts that came', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  await fleet.apply({ 'fleet.yml': `${NODE}version: "1.5.0"\n` });
  await fleet.apply({ 'fleet.yml': `${NODE}version: "1.9.0"\n` });
  setStopped(fleet, ['a'], 'node_exporter', true, 'bob');
  fleet.enrol('b');
  await refreshFleet(fleet, 'host b enrolled');
  const preview = await previewUndo(fleet, undefined);
  assert.deepEqual([preview.target.revision.number, preview.filesChange], [2, false]);
  assert.deepEqual(
    preview.plan.units.map(({ unit, host, action }) => `${action} ${unit}@${host}`),
    ['start node_exporter@a', 'nothing node_exporter@b'],
  );
  assert.deepEqual((await undoFleet(fleet, undefined, 'ann')).plan, preview.plan);
  assert.deepEqual(fleet.wanted(), { 'node_exporter@a': '1.9.0', 'node_exporter@b': '1.9.0' });
  assert.deepEqual(fleet.stores.overrides.all(), []);
  assert.equal((await previewUndo(fleet, undefined)).filesChange, true);
  await undoFleet(fleet, undefined, 'ann');
  assert.deepEqual(fleet.wanted(), { 'node_exporter@a': '1.5.0', 'node_exporter@b': '1.5.0' });
  await undoFleet(fleet, { epoch: 1, number: 3 }, 'ann');
  assert.equal(fleet.wanted()['node_exporter@a'], '1.9.0 stopped');
  assert.deepEqual(
    fleet.stores.overrides.all().map(({ unit, actor }) => [unit, actor]),
    [['node_exporter', 'bob']],
  );
});

test('an undo that was looked at before another change is refused', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  await fleet.apply({ 'fleet.yml': `${NODE}version: "1.5.0"\n` });
  await fleet.apply({ 'fleet.yml': `${NODE}version: "1.9.0"\n` });
  await assert.rejects(
    undoFleet(fleet, undefined, 'ann', { epoch: 1, number: 1 }),
    fault('conflict', /cannot undo: it was planned against revision 1, and revision 2 is newer/),
  );
});

test('a new host is given what matches it, and becomes a target; a removed one is dropped, and nothing moves', async () => {
  using fleet = openFleet();
  assert.equal(await refreshFleet(fleet, 'nothing was applied'), false);
  fleet.enrol('b');
  await fleet.apply({ 'fleet.yml': NODE + MAIN });
  fleet.enrol('a');
  assert.equal(await refreshFleet(fleet, 'host a enrolled'), true);
  assert.deepEqual(fleet.wanted(), {
    'node_exporter@a': '1.11.1',
    'node_exporter@b': '1.11.1',
    'prometheus@b': '3.5.5',
  });
  assert.equal(
    fleet.stores.events.list({ limit: 1 })[0]?.message,
    'revision 2: host a enrolled: 1 installed, 1 updated',
  );
  assert.deepEqual([...(fleet.woken.at(-1) ?? [])].sort(), ['a', 'b']);
  assert.equal(await refreshFleet(fleet, 'again'), false);
  fleet.stores.hosts.update('a', { removedAt: 5 });
  assert.equal(await refreshFleet(fleet, 'host a removed'), true);
  assert.deepEqual(fleet.wanted(), { 'node_exporter@b': '1.11.1', 'prometheus@b': '3.5.5' });
  assert.equal(fleet.stores.specs.find('a'), undefined);
});

test('hosts that enrol in the same moment are both taken in', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  await fleet.apply({ 'fleet.yml': NODE });
  fleet.enrol('b', {}, { arch: 'arm64' });
  const first = refreshFleet(fleet, 'host b enrolled');
  fleet.enrol('c');
  await Promise.all([first, refreshFleet(fleet, 'host c enrolled')]);
  assert.deepEqual(Object.keys(fleet.wanted()), ['node_exporter@a', 'node_exporter@b', 'node_exporter@c']);
});

test('a host on which the fleet can not be had changes nothing, and is named', async () => {
  using fleet = openFleet();
  fleet.enrol('a', { role: 'x' });
  await fleet.apply({
    'fleet.yml': `${NODE}hosts: [a]\n---\n${NODE.replace('node\n', 'twin\n')}hosts: { labels: { role: y } }\n`,
  });
  fleet.stores.hosts.update('a', { labels: { role: 'y' } });
  await assert.rejects(refreshFleet(fleet, 'host a labelled'), (error) => {
    assert.ok(error instanceof Fault);
    assert.match(error.findings[0]?.message ?? '', /both the unit node_exporter on host a/);
    return true;
  });
  assert.equal(fleet.stores.revisions.latest()?.revision.number, 1);
});

test('stop and start are revisions of their own, and outlive a change of the inventory', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  await fleet.apply({ 'fleet.yml': NODE });
  assert.equal(setStopped(fleet, ['a'], 'node_exporter', true, 'bob').revision.number, 2);
  assert.equal(setStopped(fleet, ['a'], 'node_exporter', true, 'bob').revision.number, 2);
  fleet.enrol('b');
  await refreshFleet(fleet, 'host b enrolled');
  assert.deepEqual(fleet.wanted(), { 'node_exporter@a': '1.11.1 stopped', 'node_exporter@b': '1.11.1' });
  setStopped(fleet, ['a'], 'node_exporter', false, 'bob');
  assert.deepEqual([fleet.wanted()['node_exporter@a'], fleet.stores.overrides.all()], ['1.11.1', []]);
  assert.throws(
    () => setStopped(fleet, ['a', 'b'], 'nod', true, 'bob'),
    fault('not_found', /cannot stop nod: it is not on a, b/),
  );
});

test('operations select units by host, by label, or all', async () => {
  using fleet = openFleet();
  fleet.enrol('a', { role: 'db', az: '1' });
  fleet.enrol('b', { role: 'db', az: '2' });
  await fleet.apply({ 'fleet.yml': `${NODE}---\nkind: Host\nname: b\nlabels: { az: "3" }\n` });
  const on = (selector: string): string[] =>
    selectUnits(fleet.stores, { unit: 'node_exporter', on: selector }).map((one) => one.host);
  assert.deepEqual([on('all'), on('b'), on('role=db'), on('role=db,az=3')], [['a', 'b'], ['b'], ['a', 'b'], ['b']]);
  assert.throws(() => on('az=2'), fault('not_found', /no unit node_exporter on az=2/));
  assert.throws(() => on('c'), fault('not_found', /no host c/));
  assert.throws(() => on('=x'), fault('invalid', /cannot select hosts by "=x"/));
  assert.throws(
    () => selectUnits(fleet.stores, { unit: 'node-exporter', on: 'all' }),
    (error) => error instanceof Fault && error.hint === 'did you mean `node_exporter`?',
  );
});
