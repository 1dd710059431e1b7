import assert from 'node:assert/strict';
import { test } from 'vitest';
import { buildInventory } from '../../../controller/fleet/inventory.ts';
import { placeUnits } from '../../../controller/fleet/place-units.ts';
import { renderUnits } from '../../../controller/fleet/render-units.ts';
import { resolveSpecs } from '../../../controller/fleet/resolve.ts';
import { enrolled, type Files, readFiles, showFindings } from '../../support/fleet-folder.ts';
import { release } from '../../support/samples.ts';

const NODE = `kind: Exporter
name: node
component: node_exporter
textfile_scripts:
  - { name: raid, every: 60s, timeout: 20s, run: scripts/raid.sh }
  - { name: certs, every: 1h, run: collect/certs.py }
`;
const FOLDER: Files = {
  'fleet.yml': NODE,
  'scripts/raid.sh': '#!/bin/sh\necho raid 1\n',
  'collect/certs.py': '#!/usr/bin/env python3\nprint("certs 1")\n',
};

function unitOf(files: Files) {
  const { fleet, findings } = readFiles(files);
  assert.equal(showFindings(findings), '');
  const inventory = buildInventory(fleet, enrolled({ a: {} }));
  const { units } = placeUnits(fleet, inventory, [], false);
  const rendered = renderUnits(fleet, units);
  const ready = units.map((placed) => ({ placed, release, rendered: rendered.get(placed) }));
  const [own] = rendered.values();
  return { unit: resolveSpecs(inventory, ready, []).get('a')?.units[0], findings: own?.findings ?? [] };
}

test('scripts travel with the unit, and a change of one restarts nothing', () => {
  const { unit } = unitOf(FOLDER);
  assert.deepEqual(unit?.scripts, [
    {
      name: 'raid',
      file: 'scripts/raid.sh',
      everySeconds: 60,
      timeoutSeconds: 20,
      output: 'raid.prom',
      status: 'promfleet_scripts.prom',
    },
    {
      name: 'certs',
      file: 'scripts/collect/certs.py',
      everySeconds: 3_600,
      timeoutSeconds: 30,
      output: 'certs.prom',
      status: 'promfleet_scripts.prom',
    },
  ]);
  assert.deepEqual(
    unit.files.map(({ path, live }) => [path, live]),
    [
      ['scripts/collect/certs.py', true],
      ['scripts/raid.sh', true],
    ],
  );
  assert.equal(unitOf({ 'fleet.yml': NODE.split('textfile')[0] ?? '' }).unit?.scripts, undefined);
});

test('what is wrong with a script is told where it is written', () => {
  assert.equal(
    showFindings(unitOf({ ...FOLDER, 'scripts/raid.sh': 'echo raid 1\n' }).findings),
    'fleet.yml:5:50: `scripts/raid.sh` does not begin with the path of a program that runs it\n    its first line is such as `#!/bin/sh`',
  );
  const { findings } = readFiles({
    'fleet.yml': `kind: Exporter
name: node
component: node_exporter
textfile_scripts:
  - { name: raid, every: 60s, timeout: 2m, run: a.sh }
  - { name: raid, every: 200ms, run: a.sh }
  - { name: promfleet_scripts, every: 60s, run: a.sh }
---
kind: Exporter
name: box
component: blackbox_exporter
textfile_scripts: [{ name: raid, every: 60s, run: a.sh }]
---
kind: Exporter
name: other
component: node_exporter
textfile_scripts: [{ name: "a b", every: 60, run: a.sh, user: root }]
`,
  });
  assert.equal(
    showFindings(findings),
    `fleet.yml:5:40: \`timeout\` of 2m must be from 1s to the 60s of \`every\`
    a run that is not over when the next is due stands for it
fleet.yml:6:13: the script \`raid\` is written twice; the other is at fleet.yml:5
    rename one
fleet.yml:6:26: \`every\` of 200ms is less than a second
    write \`1s\` or more
fleet.yml:7:13: \`promfleet_scripts\` is the name of promfleet’s own metrics of the scripts
    rename it
fleet.yml:12:1: only a node_exporter collects what scripts print, not blackbox_exporter
    write them under an Exporter whose component is node_exporter
fleet.yml:17:28: \`textfile_scripts[0].name\` must be letters, digits, - and _, at most 63, not "a b"
fleet.yml:17:42: \`textfile_scripts[0].every\` must be a duration such as \`15d\`, \`12h\` or \`30s\`, not \`60\`
fleet.yml:17:57: \`textfile_scripts[0]\` of Exporter has no key \`user\`
    it has name, every, timeout, run`,
  );
});
