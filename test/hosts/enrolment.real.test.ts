import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { FleetOfHosts } from './fleet-of-hosts.ts';
import { describeLab, type LabHost, labOf, unpackedPackage } from './lab-host.ts';

const WITHIN_MS = 60_000;
const DROP_IN = '/etc/systemd/system/promfleet-agent.service.d/clock.conf';
const LIBRARY = '/opt/libfaketime.so.1';

const fleetOf = (mirror: string) => ({
  'fleet.yaml': `kind: Fleet
name: identities
artifacts: { sources: [{ mirror: "${mirror}" }] }
---
kind: Exporter
name: node
component: node_exporter
hosts: all
`,
});

const says = async (host: LabHost, script: string): Promise<string> => (await host.sh(script)).trim();
const bootOf = (host: LabHost) => says(host, 'cat /proc/sys/kernel/random/boot_id');
/** Which process the unit is, and when it began. */
const unitOf = (host: LabHost) =>
  says(host, 'systemctl show --value -p MainPID,ExecMainStartTimestampMonotonic promfleet-node_exporter.service');
const logOf = (host: LabHost) => says(host, 'journalctl -b -o cat -u promfleet-agent.service');

/** Whatever the agent does from now on, it does by a clock that is so much off. Its environment reaches no program: files of its own do. */
async function setClock(host: LabHost, by: string): Promise<void> {
  await host.sh(`mkdir -p /opt/clock $(dirname ${DROP_IN})
    echo ${LIBRARY} > /opt/clock/preload; echo ${by} > /opt/clock/rc; touch /etc/ld.so.preload /etc/faketimerc
    echo '[Service]' > ${DROP_IN}
    echo 'BindReadOnlyPaths=/opt/clock/preload:/etc/ld.so.preload /opt/clock/rc:/etc/faketimerc' >> ${DROP_IN}
    systemctl daemon-reload; systemctl restart promfleet-agent.service`);
}
async function rightClock(host: LabHost): Promise<void> {
  await host.sh(`rm ${DROP_IN}; systemctl daemon-reload; systemctl restart promfleet-agent.service`);
}

describeLab('identities on booted hosts', () => {
  let fleet: FleetOfHosts;
  let host: LabHost;
  let copy: LabHost;
  const problem = async (of: LabHost, code: string) =>
    (await fleet.hostView(of)).problems.find((each) => each.code === code);

  beforeAll(async () => {
    fleet = await FleetOfHosts.open(labOf(5));
    [host, copy] = (await fleet.lab.boot({}, {})) as [LabHost, LabHost];
    await copy.powerCut();
    await fleet.enrol([host]);
    fleet.write(fleetOf(fleet.mirror.url));
    await fleet.apply();
    await fleet.converged([host]);
    using faketime = unpackedPackage('libfaketime');
    const files = readdirSync(faketime.path, { recursive: true, encoding: 'utf8' });
    const library = files.find((file) => file.endsWith('faketime/libfaketimeMT.so.1')) ?? assert.fail('no libfaketime');
    await host.copyIn(join(faketime.path, library), LIBRARY);
  });
  afterAll(() => fleet?.[Symbol.asyncDispose]());

  test('a clock that is off is named with how much, before a session and in it, and no unit is touched', async () => {
    const unit = await unitOf(host);
    for (const [by, words] of [
      ['+400d', /this host’s clock is (400|399) days.* ahead of the controller’s/],
      ['-9000d', /this host’s clock is (9000|8999) days.* behind the controller’s/],
    ] as const) {
      await setClock(host, by);
      await eventually(async () => assert.match(await logOf(host), words), WITHIN_MS);
    }
    await setClock(host, '+2h');
    await eventually(async () => {
      assert.match(
        (await problem(host, 'clock'))?.message ?? '',
        /^this host’s clock is (2 hours|1 hour 59 minutes) ahead of/,
      );
    }, WITHIN_MS);
    await rightClock(host);
    await eventually(async () => assert.equal(await problem(host, 'clock'), undefined), WITHIN_MS);
    await fleet.converged([host]);
    assert.equal(await unitOf(host), unit);
  });

  test('a copied disk: the first stays, the copy is refused and told once, and becomes a host of its own', async () => {
    await host.sh('sync');
    await host.powerCut();
    await copy.copyDiskOf(host);
    await host.boot();
    await eventually(
      async () => assert.equal((await fleet.hostView(host)).facts.bootId, await bootOf(host)),
      WITHIN_MS,
    );
    await fleet.converged([host]);
    const unit = await unitOf(host);
    await copy.boot();
    await eventually(async () => assert.ok(await problem(host, 'cloned')), WITHIN_MS);
    assert.match((await problem(host, 'cloned'))?.message ?? '', /its disk was copied; it is refused/);
    const refusals = async () => (await logOf(copy)).split('another machine is alive with the same key').length - 1;
    await eventually(async () => assert.equal(await refusals(), 1), WITHIN_MS);
    await eventually(
      async () => assert.equal((await fleet.hostView(host)).facts.bootId, await bootOf(host)),
      WITHIN_MS,
    );
    assert.equal(await unitOf(host), unit);

    const created = JSON.parse(await fleet.must('token', 'create', '-o', 'json')) as Record<
      'token' | 'enrolAddress' | 'ca',
      string
    >;
    const enrol = `promfleet-agent enrol --controller ${created.enrolAddress} --ca ${created.ca} --name h2`;
    const path = 'PATH=$PATH:/opt/promfleet/bin';
    assert.match(await copy.feed(created.token, 'sh', '-c', `${path} ${enrol} --new-identity`), /enrolled as h2/);
    await fleet.converged([host, copy]);
    assert.ok((await refusals()) <= 2);
    assert.equal(await unitOf(host), unit);
  });

  test('a removed host is refused, says so once, and what runs there runs on', async () => {
    const unit = await unitOf(copy);
    await fleet.must('host', 'remove', 'h2', '--yes');
    const lines = async () => (await logOf(copy)).split('\n').filter((line) => line.includes('h2: it was removed'));
    await eventually(async () => assert.equal((await lines()).length, 1), WITHIN_MS);
    await copy.sh('systemctl restart promfleet-agent.service');
    await eventually(async () => assert.equal((await lines()).length, 2), WITHIN_MS);
    // What it shows is written a moment after it is so.
    await eventually(
      async () =>
        assert.match(
          await says(copy, '/opt/promfleet/bin/promfleet-agent status'),
          /h2: it was removed from the fleet/,
        ),
      WITHIN_MS,
    );
    assert.equal(await unitOf(copy), unit);
  });
});
