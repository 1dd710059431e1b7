import assert from 'node:assert/strict';
import { test } from 'vitest';
import { previewFleet } from '../../../controller/fleet/preview.ts';
import { Verdicts } from '../../../controller/fleet/verdicts.ts';
import { FLEET, folderOf, NODE, refused } from '../../support/fleet-folder.ts';
import { openFleet } from '../../support/open-fleet.ts';

test('the tools are asked once for a plan and the apply of it, and again for anything that they look at', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  await previewFleet(fleet, { folder: 'fleet', files: folderOf(FLEET), discardOverrides: false });
  // The flags of two units, and the files of the one that has any.
  assert.equal(fleet.ran.length, 3);
  await fleet.apply(FLEET);
  assert.equal(fleet.ran.length, 3);
  await fleet.apply({ 'fleet.yml': FLEET['fleet.yml'].replace(NODE, `${NODE}flags: { log.level: debug }\n`) });
  assert.equal(fleet.ran.length, 4);
});

test('units that differ in their port alone are asked about once; what one is refused for is said of each', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  const nodes = (flags: string): string =>
    [1, 2, 3]
      .map((n) => `kind: Exporter\nname: n${n}\ncomponent: node_exporter\nunit: n${n}\nport: ${9_200 + n}\n${flags}`)
      .join('---\n');
  await fleet.apply({ 'fleet.yml': nodes('') });
  assert.equal(fleet.ran.length, 1);
  const told = await refused(fleet.apply({ 'fleet.yml': nodes('flags: { no-such-flag: x }\n') }));
  assert.deepEqual(
    [...told.matchAll(/^fleet\.yml:(\d+):/gm)].map(([, line]) => line),
    ['6', '13', '20'],
  );
});

test('what was refused is asked for anew: its words are wanted each time', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  const wrong = { 'fleet.yml': `${NODE}flags: { no-such-flag: x }\n` };
  const first = await refused(fleet.apply(wrong));
  assert.match(first, /no-such-flag/);
  const before = fleet.ran.length;
  assert.equal(await refused(fleet.apply(wrong)), first);
  assert.equal(fleet.ran.length, before + 1);
});

test('the oldest are forgotten when there are very many', () => {
  const verdicts = new Verdicts();
  for (let n = 0; n <= 4_096; n++) verdicts.pass(String(n));
  assert.deepEqual(
    ['0', '1', '4096'].map((one) => verdicts.hasPassed(one)),
    [false, true, true],
  );
});
