import assert from 'node:assert/strict';
import { test } from 'vitest';
import { noteRollouts } from '../../../controller/fleet/check-policies.ts';
import { sha256 } from '../../../proto/digest.ts';
import { readFiles, showFindings } from '../../support/fleet-folder.ts';
import { openFleet } from '../../support/open-fleet.ts';

const told = (text: string): string => showFindings(readFiles({ 'fleet.yml': text }).findings);

test('a policy is read whole, for the fleet and for one resource, and a plan says that nothing follows it yet', () => {
  const { fleet, findings } = readFiles({
    'fleet.yml': `kind: Fleet
name: production
rollout:
  canary: 1
  max_unavailable: 25%
  bake: 60s
  settle: 5m
  health_timeout: 120s
  on_failure: rollback
  windows: ["Mon-Fri 09:00-17:00 Europe/Berlin", "Sat,Sun 22:00-02:00 UTC"]
  silence: true
---
kind: Exporter
name: node
component: node_exporter
firewall: none
rollout: { canary: 0, max_unavailable: 2, on_failure: halt }
`,
  });
  assert.equal(showFindings(findings), '');
  const message =
    '`rollout` is read and checked, and not followed: an apply of this version changes every host at once';
  const hint = 'apply to a part of the hosts first, with `hosts:`, where that is too much';
  assert.equal(
    showFindings(noteRollouts(fleet)),
    `fleet.yml:3:1: ${message}\n    ${hint}\nfleet.yml:17:1: ${message}\n    ${hint}`,
  );
});

test('every value of a policy is checked', () => {
  assert.equal(
    told(`kind: Fleet
name: production
rollout:
  canary: -1
  max_unavailable: 250%
  bake: 60
  on_failure: stop
  windows: ["Mon-Fri 9:00-17:00 UTC", "Mon-Fry 09:00-17:00 UTC", "Mon 09:00-17:00 Europe/Berlim", "Mon 09:00-09:00 UTC", 7]
  silence: "yes"
  wait: 3s
`),
    `fleet.yml:4:11: \`rollout.canary\` must be a number of hosts, 0 for none, not \`-1\`
fleet.yml:5:20: \`rollout.max_unavailable\` must be a number of hosts from 1, or a part of them such as \`25%\`, not \`250%\`
fleet.yml:6:9: \`rollout.bake\` must be a duration such as \`15d\`, \`12h\` or \`30s\`, not \`60\`
fleet.yml:7:15: \`rollout.on_failure\` must be \`rollback\` or \`halt\`, not \`stop\`
fleet.yml:8:13: \`rollout.windows[0]\` must be days, hours and a time zone, such as \`Mon-Fri 09:00-17:00 Europe/Berlin\`, not "Mon-Fri 9:00-17:00 UTC"
fleet.yml:8:39: \`rollout.windows[1]\` must be days, hours and a time zone, such as \`Mon-Fri 09:00-17:00 Europe/Berlin\`, not "Mon-Fry 09:00-17:00 UTC"
fleet.yml:8:66: \`rollout.windows[2]\` must be days, hours and a time zone, such as \`Mon-Fri 09:00-17:00 Europe/Berlin\`, not "Mon 09:00-17:00 Europe/Berlim"
fleet.yml:8:99: \`rollout.windows[3]\` must be days, hours and a time zone, such as \`Mon-Fri 09:00-17:00 Europe/Berlin\`, not "Mon 09:00-09:00 UTC"
fleet.yml:8:122: \`rollout.windows[4]\` must be days, hours and a time zone, such as \`Mon-Fri 09:00-17:00 Europe/Berlin\`, not \`7\`
fleet.yml:9:12: \`rollout.silence\` must be \`true\` or \`false\`, not "yes"
fleet.yml:10:3: \`rollout\` of Fleet has no key \`wait\`
    it has canary, max_unavailable, bake, settle, health_timeout, on_failure, windows, silence`,
  );
});

test('what can’t be had is refused with its reason', () => {
  assert.equal(
    told(`kind: Prometheus
name: main
firewall: managed
backup: { every: 24h, keep: 7 }
`),
    `fleet.yml:3:11: \`firewall: managed\` can’t be had: this version of promfleet opens and closes nothing on a host
    write \`firewall: none\`, and open its ports to those that scrape it by the means that the host has
fleet.yml:4:1: \`backup\` can’t be had: a snapshot of a running Prometheus needs its admin API, which anyone who reaches the port could then delete its data with
    leave it out; stop one replica and copy its data directory, or run a Thanos sidecar, which uploads every two hours`,
  );
});

test('where digests are pinned no other release is used', async () => {
  using fleet = openFleet();
  fleet.enrol('a', {}, { arch: 'amd64' });
  const node =
    'kind: Fleet\nname: f\nartifacts: { pin: digests.txt }\n---\nkind: Exporter\nname: node\ncomponent: node_exporter\nversion: "1.9.0"\n';
  const digest = sha256('node_exporter 1.9.0 amd64');
  const applied = async (pins: string): Promise<string> => {
    try {
      await fleet.apply({ 'fleet.yml': node, 'digests.txt': pins });
      return '';
    } catch (error) {
      return showFindings((error as { findings: [] }).findings);
    }
  };
  assert.equal(
    await applied(`# ours\n\n${'ab'.repeat(32)}  other.tar.gz\n`),
    `fleet.yml:8:10: node_exporter 1.9.0 (upstream) for amd64 is not among the digests of digests.txt: it is ${digest}
    if it is what you want, add the line: ${digest}  node_exporter-1.9.0-amd64`,
  );
  assert.equal(
    await applied(`sha256:${digest}\nabc\n`),
    'digests.txt:2:1: "abc" is no digest\n    a line is a sha256, 64 hexadecimal digits, and what it is of',
  );
  assert.equal(await applied(`${digest}  node_exporter-1.9.0.linux-amd64.tar.gz\n`), '');
  assert.equal(
    told('kind: Fleet\nname: f\nartifacts: { pin: gone.txt }\n'),
    'fleet.yml:3:19: no file of the folder is named `gone.txt`\n    paths are relative to the folder',
  );
});
