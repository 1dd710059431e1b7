import assert from 'node:assert/strict';
import { test } from 'vitest';
import { setStopped } from '../../../controller/fleet/override.ts';
import { FLEET, NODE, refused } from '../../support/fleet-folder.ts';
import { openFleet } from '../../support/open-fleet.ts';

test('what was worked out while another change came in between is judged anew, and refused leaves nothing behind', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  await fleet.apply(FLEET);
  const applying = refused(fleet.apply({ 'fleet.yml': NODE }, { allowRemove: 1 }));
  setStopped(fleet, ['a'], 'node_exporter', true, 'bob');
  assert.equal(
    await applying,
    `conflict: cannot apply: it would start 1 unit that an operator stopped
node_exporter@a was stopped by bob
start them with "promfleet start UNIT --on HOST", or apply with --discard-overrides to start them all`,
  );
  assert.deepEqual(fleet.wanted(), { 'node_exporter@a': '1.11.1 stopped', 'prometheus@a': '3.5.5' });
  assert.equal(fleet.woken.length, 2);
});

test('what was planned against a revision is not applied to a newer one, even one that came while it was worked out', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  const { revision } = await fleet.apply(FLEET);
  const applying = refused(
    fleet.apply({ 'fleet.yml': NODE }, { base: revision, allowRemove: 1, discardOverrides: true }),
  );
  setStopped(fleet, ['a'], 'node_exporter', true, 'bob');
  assert.match(await applying, /^conflict: cannot apply: it was planned against revision 1, and revision 2 is newer/);
});

test('two applies at once: both are done, one after the other', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  const other = { 'other.yml': NODE.replace('node\n', 'other\n').replace('kind', 'unit: other\nport: 9200\nkind') };
  const both = await Promise.all([fleet.apply({ 'fleet.yml': NODE }), fleet.apply(other, { folder: 'other' })]);
  assert.deepEqual(new Set(both.map(({ revision }) => revision.number)), new Set([1, 2]));
  assert.deepEqual(Object.keys(fleet.wanted()).sort(), ['node_exporter@a', 'other@a']);
});

test('a host that comes or goes during the very first apply is not forgotten', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  fleet.enrol('b');
  const applying = fleet.apply(FLEET);
  fleet.enrol('c');
  fleet.stores.hosts.update('b', { removedAt: 5 });
  const { plan } = await applying;
  assert.deepEqual(Object.keys(fleet.wanted()).sort(), ['node_exporter@a', 'node_exporter@c', 'prometheus@a']);
  assert.deepEqual(plan.targets[0]?.gained, ['a:9100', 'c:9100']);
  assert.equal(fleet.stores.revisions.latest()?.revision.number, 1);
});
