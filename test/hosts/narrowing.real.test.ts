import assert from 'node:assert/strict';
import { afterAll, beforeAll, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { FleetOfHosts, smallFleet } from './fleet-of-hosts.ts';
import { describeLab, type LabHost, labOf } from './lab-host.ts';

describeLab('a host that its administrator has narrowed', () => {
  let fleet: FleetOfHosts;
  let host: LabHost;

  const narrow = (text: string) =>
    host.feed(text, 'sh', '-c', 'mkdir -p /etc/promfleet && cat > /etc/promfleet/agent.yaml');
  const said = async (words: readonly string[], says: RegExp) => {
    const printed = await fleet.must(...words).catch(({ stdout }: { stdout: string }) => stdout);
    assert.match(printed.replaceAll(/\s+/g, ' '), says);
  };
  const pid = (unit: string) => host.run('systemctl', 'show', '--value', '--property=MainPID', `${unit}.service`);

  beforeAll(async () => {
    fleet = await FleetOfHosts.open(labOf(8));
    [host] = (await fleet.lab.boot({})) as [LabHost];
    await fleet.enrol([host]);
    fleet.write(smallFleet(fleet.mirror.url));
  });
  afterAll(() => fleet?.[Symbol.asyncDispose]());

  test('what it does not allow is told beforehand, refused with the reason, and run once it is allowed', async () => {
    await narrow('allow:\n  ports: [9100]\n  run_as_users: [node_exporter, prometheus]\n  scripts: false\n');
    await eventually(
      () => said(['host', host.name], /narrowed users: node_exporter, prometheus; ports: 9100; no scripts/),
      30_000,
    );
    await said(
      ['plan', '-f', fleet.folder],
      /host h1 will refuse prometheus: the port 9090 is not among those that agent.yaml allows \(9100\)/,
    );
    await assert.rejects(fleet.apply(), /prometheus@h1: cannot run "prometheus": the port 9090/);
    const refused = () => said(['status'], /prometheus@h1: cannot run "prometheus": .*the port 9090 is not among/);
    await eventually(refused, 60_000);
    await eventually(() => said(['status'], /node_exporter ● ready/), 60_000);
    assert.equal(await host.sh('ls -d /etc/prometheus /var/lib/prometheus 2>/dev/null || true'), '');
    await narrow('allow:\n  ports: [9000-9199]\n  scripts: false\n');
    // Its configuration is checked, and its flags are tried, by its own programs, confined.
    await fleet.converged([host]);
  });

  test('a mistake in the file stops every change and nothing that runs, is told on both sides, and heals by itself', async () => {
    const before = await pid('prometheus');
    await narrow('allow:\n  prots: [9000-9199]\n');
    const problem = /agent.yaml:2:3: there is no key `prots` here; did you mean `ports`\?/;
    await eventually(() => said(['status'], problem), 30_000);
    await eventually(async () => assert.match(await host.run('promfleet-agent', 'status'), problem), 30_000);
    await assert.rejects(host.run('promfleet-agent', 'check-config'), problem);
    fleet.write(smallFleet(fleet.mirror.url, { rule: 'up:changed' }));
    await assert.rejects(fleet.apply(), problem);
    await said(['logs', `prometheus@${host.name}`], /^$/);
    assert.equal(await pid('prometheus'), before);
    assert.doesNotMatch(await host.run('cat', '/etc/prometheus/rules/up.yml'), /changed/);
    await narrow('allow:\n  ports: [9000-9199]\n');
    await fleet.converged([host]);
    assert.match(await host.run('cat', '/etc/prometheus/rules/up.yml'), /changed/);
    assert.equal(await pid('prometheus'), before);
    assert.match(
      await host.run('promfleet-agent', 'check-config'),
      /is well\n\naddress .*\nallowed +ports: 9000-9199\n/,
    );
  });

  test('what runs and is not allowed any more runs on, unless the host wants it down', async () => {
    const before = await pid('prometheus');
    await narrow('allow:\n  units: [node_exporter]\n');
    await eventually(() => said(['status'], /what runs already runs on, unchanged/), 30_000);
    assert.equal(await pid('prometheus'), before);
    await narrow('allow:\n  units: [node_exporter]\non_refusal: stop\n');
    await eventually(async () => assert.equal(await pid('prometheus'), '0\n'), 60_000);
    await narrow('');
    await fleet.converged([host]);
  });
});
