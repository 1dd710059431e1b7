import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, test } from 'vitest';
import type { UnitReport } from '../../proto/report.ts';
import type { UnitSpec } from '../../proto/spec.ts';
import { eventually } from '../support/eventually.ts';
import { serveTestRpc, type TestRpc } from '../support/serve-test-rpc.ts';
import { crowd, hostileWares, nastyUnits, unitOf, type Wares } from './hostile-controller.ts';
import { describeLab, Lab, type LabHost, labOf } from './lab-host.ts';

/** Whatever a host has but what is the agent's own, and what changes by itself. */
const SNAPSHOT = `find / -xdev \\( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /var/log \
  -o -path /opt/promfleet -o -path /var/lib/promfleet-agent -o -path /var/lib/systemd -o -path /var/tmp \\) -prune \
  -o -printf '%p %y %m %U:%G %s %T@ %l\\n' | sort; ss -Hlntu | awk '{print $1, $5}' | sort; systemctl list-units --type=service --state=running --plain --no-legend | cut -d' ' -f1`;

/** What the administrator of the host has, and means nobody else to touch. */
const PREPARE = `set -e
useradd --create-home --shell /bin/bash alice
useradd --non-unique --uid 0 --gid 0 --no-create-home --shell /usr/sbin/nologin toor
useradd --system --no-create-home --shell /usr/sbin/nologin database
printf '[Service]\\nExecStart=/bin/sh -c "echo the secret of the night; exec sleep 100000"\\n' > /etc/systemd/system/nightly.service
ln -s nightly.service /etc/systemd/system/alias.service
mkdir -p /opt/promfleet /etc/planted-here /etc/configured /var/lib/trusted && ln -s planted-here /etc/planted && touch /etc/configured/own
systemctl daemon-reload && systemctl start nightly.service`;

describeLab('a hostile controller', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'promfleet-hostile-'));
  let lab: Lab;
  let host: LabHost;
  let rpc: TestRpc;
  let wares: Wares;
  let number = 0;

  const want = (units: readonly UnitSpec[]) => {
    rpc.state.stores.specs.put('h1', { revision: { epoch: 1, number: ++number }, units });
    rpc.sessions.wake(['h1']);
  };
  const report = () => rpc.state.stores.reports.find('h1')?.report;
  const unit = (name: string): UnitReport | undefined => report()?.units.find((one) => one.name === name);
  const soon = (check: () => void) => eventually(check, 30_000);

  beforeAll(async () => {
    chmodSync(scratch, 0o755);
    const bundle = join(scratch, 'agent.cjs');
    const entry = fileURLToPath(new URL('../../agent/main.ts', import.meta.url));
    const define = { PROMFLEET_VERSION: '"0.0.0"' };
    const common = { bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' } as const;
    await build({ ...common, define, entryPoints: [entry], outfile: bundle });
    lab = new Lab(labOf(7));
    [host] = (await lab.boot({})) as [LabHost];
    wares = await hostileWares(scratch);
    rpc = await serveTestRpc({ host: '0.0.0.0', archives: scratch });
    await host.copyIn(process.execPath, '/opt/node');
    await host.copyIn(bundle, '/opt/agent.cjs');
    await host.sh(PREPARE);
    const { enrolmentPort, sessionPort } = rpc.rpc;
    const at = (port: number) => `${lab.outside}:${port}`;
    const words = ['--controller', at(enrolmentPort), '--session', at(sessionPort)];
    const pin = rpc.state.authority.pin();
    const { token } = rpc.state.token();
    await host.feed(token, '/opt/node', '/opt/agent.cjs', 'enrol', ...words, '--ca', pin, '--name', 'h1');
    const run = ['--unit=promfleet-agent', '--property=KillMode=process', '/opt/node', '/opt/agent.cjs', 'run'];
    await host.run('systemd-run', '--quiet', ...run);
    await soon(() => assert.ok(rpc.sessions.online().has('h1')));
  });
  afterAll(async () => {
    await rpc?.[Symbol.asyncDispose]();
    lab?.[Symbol.dispose]();
    rmSync(scratch, { recursive: true, force: true });
  });

  test('whatever it sends is refused, each for its own reason, and the host is exactly as before', async () => {
    const before = await host.sh(SNAPSHOT);
    const all = [...nastyUnits(wares.evil.release), ...wares.broken];
    want(all.map(([one]) => one));
    for (const [{ name }, says] of all) await soon(() => assert.match(unit(name)?.message ?? '', says, name));
    for (const [{ name }] of all) assert.equal(unit(name)?.state, 'failed', name);
    want([unitOf('twin'), unitOf('twin', { user: 'database' })]);
    await soon(() => assert.ok(report()?.units.some(({ message }) => /taken by another unit/.test(message))));
    want(crowd(20_000));
    await soon(() => assert.match(report()?.problems[0]?.message ?? '', /a spec of 20000 units/));
    // More than a message may hold: the session ends, and comes back.
    want([unitOf('huge', { files: [{ path: 'huge', content: Buffer.alloc(70_000_000), live: false }] })]);
    want([]);
    await soon(() => assert.equal(report()?.revision.number, number));
    await soon(() => assert.equal(report()?.converged, true));
    assert.equal(await host.sh(SNAPSHOT), before);
  });

  test('it reads no log, asks no port and restarts no service but those of units', async () => {
    const named = unitOf('named', { release: wares.evil.release, program: 'prometheus' });
    const ports = [{ number: 22, protocol: 'tcp', use: 'http' }];
    const nightly = () => host.run('systemctl', 'show', '--property=MainPID', 'nightly.service');
    const before = await nightly();
    want([unitOf('nightly', { release: wares.evil.release }), { ...named, ports }]);
    await soon(() => assert.equal(unit('nightly')?.state, 'failed'));
    for (const name of ['nightly', 'alias', 'ssh', 'systemd-journald', 'cron', '../x', 'promfleet-agent']) {
      for (const follow of [false, true]) {
        const lines: string[] = [];
        const tail = rpc.sessions.tailLog('h1', { unit: name, lines: 100, follow }, (more) => lines.push(...more));
        const said = await Promise.race([
          tail.done.then(
            () => 'ended',
            (error: Error) => error.message,
          ),
          soon(() => assert.ok(lines.length > 0)).then(() => lines.join('\n')),
        ]);
        assert.match(said, /cannot (show the log|manage)/, name);
        assert.doesNotMatch(lines.join('\n'), /secret of the night/);
        tail.stop();
      }
      // One that it may not touch is waited for in vain.
      const { ok } = await rpc.sessions.operate('h1', 'restart', name, 1_000).catch(() => ({ ok: false }));
      assert.equal(ok, false, name);
    }
    for (const port of [22, 9_100]) {
      const { error } = await rpc.sessions.ask('h1', { unit: 'named', port, path: '/' }, 10_000);
      assert.match(error, /it does not listen on port/);
    }
    assert.equal(await nightly(), before);
    want([]);
    await soon(() => assert.equal(report()?.converged, true));
  });

  test('a program that it does run is one of an unprivileged user, confined to its own data', async () => {
    want([wares.other, wares.evil, wares.spy]);
    await soon(() => assert.deepEqual([unit('other')?.state, unit('evil')?.state], ['ready', 'ready']));
    const log = () => host.run('journalctl', '--quiet', '--output=cat', '_SYSTEMD_UNIT=evil.service');
    let said = '';
    while (!said.includes('done')) said = await log();
    assert.deepEqual(said.match(/COULD .*/g), ['COULD write where it may'], said);
    assert.equal((said.match(/could not /g) ?? []).length, 20);
    assert.match(
      await host.run('systemctl', 'is-active', 'nightly.service', 'promfleet-agent.service'),
      /^active\nactive/,
    );
    assert.equal(await host.run('stat', '--format=%a %U', `/var/lib/evil/mark`), '640 evil\n');
    want([]);
    await soon(() => assert.deepEqual([report()?.converged, report()?.units], [true, []]));
    assert.equal(await host.sh('ls -d /etc/evil /etc/other /etc/systemd/system/evil* 2>/dev/null || true'), '');
  });
});
