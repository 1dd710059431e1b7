import assert from 'node:assert/strict';
import { afterAll, beforeAll, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { FleetOfHosts, smallFleet } from './fleet-of-hosts.ts';
import { describeLab, type LabHost, labOf } from './lab-host.ts';

/** What it may see and do there, each in a sample of its own. */
const SCRIPT = `#!/bin/sh
[ "$(id -un)" = node_exporter ] && echo "script_user 1"
touch /var/lib/node_exporter/x 2>/dev/null || echo "script_cannot_write 1"
touch /root/x 2>/dev/null || echo "script_cannot_reach_root 1"
[ "$(cat /proc/sys/kernel/ostype)" = Linux ] && echo "script_sees_proc 1"
`;

describeLab('scripts for the textfile collector of a booted host', () => {
  let fleet: FleetOfHosts;
  let host: LabHost;

  beforeAll(async () => {
    fleet = await FleetOfHosts.open(labOf(9));
    [host] = (await fleet.lab.boot({})) as [LabHost];
    await fleet.enrol([host]);
  });
  afterAll(() => fleet?.[Symbol.asyncDispose]());

  const write = (script: string) => {
    const files = smallFleet(fleet.mirror.url);
    const [name = '', text = ''] =
      Object.entries(files).find(([, one]) => one.includes('component: node_exporter')) ?? [];
    const own = 'component: node_exporter\ntextfile_scripts: [{ name: own, every: 1s, run: scripts/own.sh }]';
    fleet.write({ ...files, [name]: text.replace('component: node_exporter', own), 'scripts/own.sh': script });
  };
  const metrics = () => host.run('curl', '--silent', 'http://127.0.0.1:9100/metrics');

  test('they run as the unit’s user, in its sandbox, and what they print is scraped', async () => {
    write(SCRIPT);
    await fleet.apply();
    await fleet.converged([host]);
    await eventually(async () => {
      const scraped = await metrics();
      for (const sample of ['user', 'cannot_write', 'cannot_reach_root', 'sees_proc']) {
        assert.match(scraped, new RegExp(`^script_${sample} 1$`, 'm'));
      }
      assert.match(scraped, /^promfleet_script_success\{script="own"\} 1$/m);
      assert.match(scraped, /^node_textfile_scrape_error 0$/m);
    }, 60_000);
  });

  test('one that fails leaves what it printed, and status says so; nothing restarts', async () => {
    const before = await host.run('systemctl', 'show', '--value', '--property=MainPID', 'node_exporter.service');
    write('#!/bin/sh\necho no such disk >&2\nexit 1\n');
    await fleet.apply();
    await eventually(async () => {
      const scraped = await metrics();
      assert.match(scraped, /^promfleet_script_success\{script="own"\} 0$/m);
      assert.match(scraped, /^script_user 1$/m);
      const printed = await fleet.must('status').catch(({ stdout }: { stdout: string }) => stdout);
      assert.match(
        printed.replaceAll(/\s+/g, ' '),
        /the script own of node_exporter failed: exited with code 1: no such disk/,
      );
    }, 60_000);
    assert.equal(await host.run('systemctl', 'show', '--value', '--property=MainPID', 'node_exporter.service'), before);
  });
});
