import assert from 'node:assert/strict';
import { test } from 'vitest';
import { lintFleet } from '../../../../controller/fleet/lint/lint-fleet.ts';
import { enrolled, showFindings } from '../../../support/fleet-folder.ts';
import { renderFleet } from '../../../support/render-fleet.ts';

const fleetWith = (target: string, hosts = 'db'): string => {
  const files = {
    'fleet.yml': `kind: Exporter
name: node
component: node_exporter
hosts: { labels: { role: ${hosts} } }
${target}
---
kind: Prometheus
name: main
hosts: [b]
external_labels: { site: north, team: core }
scrape_configs: [{ exporter: node, job_name: nodes }, { prometheus: main }]
`,
  };
  const labels = { a: { role: 'db', site: 'north' }, b: { role: 'db', site: 'south', job: 'x' }, c: { role: 'web' } };
  const { fleet, units, rendered } = renderFleet(files, enrolled(labels));
  const own = new Map(
    units.flatMap((unit) => {
      const found = rendered.get(`${unit.unit}@${unit.host.name}`);
      return found ? [[unit, found] as const] : [];
    }),
  );
  const { errors, notes } = lintFleet(fleet, own, units);
  return showFindings([...errors, ...notes]);
};

test('labels of promfleet’s targets that shadow another one are told where they are written', () => {
  assert.equal(
    fleetWith('target: { labels: { team: web, role: x }, host_labels: [site, role, job] }'),
    `fleet.yml:5:21: \`team\` is "web" for these targets and "core" as an external label: what leaves has the first [shadowed-label]
    name one of them otherwise
fleet.yml:5:57: \`site\` is "south" for these targets and "north" as an external label: what leaves has the first [shadowed-label]
    name one of them otherwise
fleet.yml:5:63: \`role\` of a host is never seen: \`labels\` has it, too, and wins [shadowed-label]
    name one of them otherwise
fleet.yml:5:69: the label \`job\` of a host takes the place of a target's own [shadowed-label]
    name one of them otherwise`,
  );
});

test('the same value, a label of nobody else, and what a comment allows are not told', () => {
  assert.equal(fleetWith('target: { labels: { team: core, tier: x }, host_labels: [role] }'), '');
  assert.equal(fleetWith('target: { host_labels: [site] }', 'web'), '');
  assert.equal(fleetWith('target: { host_labels: [site] } # promfleet: allow shadowed-label'), '');
});
