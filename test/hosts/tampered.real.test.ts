import assert from 'node:assert/strict';
import { afterAll, beforeAll, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { FleetOfHosts, smallFleet } from './fleet-of-hosts.ts';
import { describeLab, type LabHost, labOf } from './lab-host.ts';

const WITHIN_MS = 90_000;

describeLab('a host on which someone deletes what is promfleet’s', () => {
  let fleet: FleetOfHosts;
  let host: LabHost;
  const pid = (unit: string) => host.run('systemctl', 'show', '--value', '--property=MainPID', `${unit}.service`);
  const isReady = () => host.run('curl', '-fsS', '--max-time', '5', 'http://127.0.0.1:9090/-/ready');

  beforeAll(async () => {
    fleet = await FleetOfHosts.open(labOf(8));
    [host] = (await fleet.lab.boot({})) as [LabHost];
    await fleet.enrol([host]);
    fleet.write(smallFleet(fleet.mirror.url));
    await fleet.apply();
    await fleet.converged([host]);
  });
  afterAll(() => fleet?.[Symbol.asyncDispose]());

  test('an uninstall of a mistyped home touches none of its units', async () => {
    const before = await pid('prometheus');
    await assert.rejects(
      host.run('promfleet-agent', 'uninstall', '--home', '/tmp/zzz'),
      /there is no agent in \/tmp\/zzz/,
    );
    // Nor does one of a home that is there, whose agent manages nothing.
    await host.sh('timeout 5 promfleet-agent run --home /tmp/other --supervisor systemd >/dev/null 2>&1 || true');
    await host.run('promfleet-agent', 'uninstall', '--home', '/tmp/other');
    assert.equal(await pid('prometheus'), before);
    await host.run('systemctl', 'is-enabled', '--quiet', 'prometheus.service');
    await host.run('getent', 'passwd', 'prometheus', 'node_exporter');
  });

  test('a removed unit file and a disabled unit are put back with no restart', async () => {
    const before = await pid('prometheus');
    await host.sh(
      'rm /etc/systemd/system/prometheus.service; systemctl daemon-reload; systemctl disable -q node_exporter',
    );
    const isBack = () => host.run('systemctl', 'is-enabled', '--quiet', 'prometheus.service', 'node_exporter.service');
    await eventually(isBack, WITHIN_MS);
    assert.equal(await pid('prometheus'), before);
  });

  test('its users deleted, their units come up as new ones and have their data', async () => {
    const uid = (user: string) => host.run('id', '-u', user);
    const before = await uid('prometheus');
    await host.sh('systemctl stop promfleet-agent prometheus node_exporter; userdel prometheus; userdel node_exporter');
    // Its ids go to someone else: what it was last run as is remembered.
    await host.sh(`useradd --system --uid ${before.trim()} someone; systemctl start promfleet-agent`);
    await eventually(isReady, WITHIN_MS);
    await fleet.converged([host]);
    assert.notEqual(await uid('prometheus'), before);
    assert.equal(await host.sh('find /var/lib/prometheus /etc/prometheus -user someone -o -group someone'), '');
    assert.match(await host.sh('journalctl -u promfleet-agent'), /its user was deleted and made anew/);
  });

  test('a user that goes while its unit runs is made anew once the unit exits', async () => {
    await host.sh('userdel -f prometheus; systemctl kill -s KILL prometheus');
    await eventually(isReady, WITHIN_MS);
    await fleet.converged([host]);
  });

  test('node_exporter has not complained of broken answers', async () => {
    assert.doesNotMatch(await host.sh('journalctl -u node_exporter'), /broken pipe/);
  });
});
