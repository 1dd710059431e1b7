import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { realMirror } from '../support/real-releases.ts';
import { everything, InstallScene, isBare, paste, withoutToken } from './install-scene.ts';
import { describeLab, type LabHost, labOf } from './lab-host.ts';

const AGENT = 'promfleet-agent.service';

const pidOf = async (host: LabHost, unit: string): Promise<number> =>
  Number(await host.run('systemctl', 'show', '-p', 'MainPID', '--value', unit));

async function applyExporter(scene: InstallScene, mirror: string): Promise<void> {
  const folder = join(scene.clone, 'fleet');
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'fleet.yaml'),
    `kind: Fleet
name: test
artifacts: { sources: [{ mirror: "${mirror}" }] }
---
kind: Exporter
name: node
component: node_exporter
hosts: all
`,
  );
  await scene.type('apply', '-f', folder, '--yes');
}

describeLab('one line makes a bare host one of the fleet', () => {
  let scene: InstallScene;
  const life = new AsyncDisposableStack();
  beforeAll(async () => {
    const mirror = life.use(await realMirror());
    scene = life.use(await InstallScene.open(labOf(7), 'bookworm', 'trixie', 'bookworm-sysv'));
    await applyExporter(scene, mirror.url);
  });
  afterAll(() => life.disposeAsync());

  describe.each([
    [1, 'bookworm'],
    [2, 'trixie'],
  ] as const)('host %i, %s', (number, suite) => {
    let host: LabHost;
    let bare = '';
    beforeAll(() => {
      host = scene.host(number);
    });

    test('a dry run says what it would do, and does nothing', async () => {
      bare = await everything(host);
      const { install } = await scene.token();
      const { code, text } = await paste(host, `${install.line} -s -- --dry-run`);
      assert.equal(code, 0, text);
      assert.match(
        text,
        /would download the runtime, \d+ MB[^]*would enrol with the controller at mon\.lab:\d+\n[^]*nothing was done/,
      );
      assert.equal(await everything(host), bare);
    });

    test('the line installs, enrols and connects, and what the fleet wants here comes up', async () => {
      const { install } = await scene.token('--label', `suite=${suite}`);
      const { code, text } = await paste(host, `${install.line} -s -- --name ${suite}-1`);
      assert.equal(code, 0, text);
      assert.match(text, new RegExp(`enrolled as ${suite}-1\\n[^]*promfleet: done: the agent is connected`));
      assert.match(await scene.type('hosts'), new RegExp(`${suite}-1 .*connected .*suite=${suite}`));
      assert.match(await host.run('promfleet-agent', '--version'), /^promfleet-agent \d+\.\d+\.\d+\n$/);
      assert.equal(await host.run('systemctl', 'is-enabled', AGENT), 'enabled\n');
      assert.doesNotMatch(await host.sh('ps -eo args; journalctl -b -o cat'), /pfj_/);
      await eventually(() => host.sh('curl -fsS http://127.0.0.1:9100/metrics >/dev/null'), 60_000);
      assert.equal(await host.sh('ps -o user= -C node_exporter'), 'node_exporter\n');
    });

    test('a second time it needs no token, changes nothing, and says so', async () => {
      const files = async () => (await everything(host)).replace(/^\/var\/lib\/promfleet-agent\/.*\n/gm, '');
      const seen = [await files(), await pidOf(host, AGENT)];
      const { install } = await scene.token();
      const { code, text } = await paste(host, withoutToken(install.line));
      assert.equal(code, 0, text);
      assert.match(text, new RegExp(`this host is enrolled already, as ${suite}-1\\n[^]*nothing was to be done`));
      assert.deepEqual([await files(), await pidOf(host, AGENT)], seen);
    });

    test('it is not taken over by another controller', async () => {
      const { install } = await scene.token();
      const other = `curl -fsSk ${install.url} | sed "s/^  CA=.*/  CA='sha256:${'0'.repeat(64)}'/" | sh`;
      const { code, text } = await paste(host, other);
      assert.equal(code, 1);
      assert.match(text, /^promfleet: cannot install: this host is enrolled already, with another controller\n/);
    });

    test('an agent that is killed is back; one that is stopped takes no unit with it', async () => {
      const [unit, agent] = [await pidOf(host, 'node_exporter'), await pidOf(host, AGENT)];
      await host.run('systemctl', 'kill', '--signal=KILL', AGENT);
      await host.run('promfleet-agent', 'wait', '--timeout', '30');
      assert.notEqual(await pidOf(host, AGENT), agent);
      await host.run('systemctl', 'stop', AGENT);
      assert.equal(await pidOf(host, 'node_exporter'), unit);
      await host.run('systemctl', 'start', AGENT);
    });

    test('the line of a newer controller upgrades the agent alone, also when it was cut short before', async () => {
      scene.serve('9.9.9');
      const [unit, agent] = [await pidOf(host, 'node_exporter'), await pidOf(host, AGENT)];
      const line = withoutToken((await scene.token()).install.line);
      for (const seconds of ['0.4', '0.8', '1.2', '1.6']) {
        await paste(host, line.replace('sudo sh', `timeout --signal=KILL ${seconds} sh`));
      }
      const { code, text } = await paste(host, line);
      assert.equal(code, 0, text);
      assert.equal(await host.run('promfleet-agent', '--version'), 'promfleet-agent 9.9.9\n');
      assert.equal(await pidOf(host, 'node_exporter'), unit);
      assert.notEqual(await pidOf(host, AGENT), agent);
      assert.match(await host.sh(`tr '\\0' ' ' < /proc/${await pidOf(host, AGENT)}/cmdline`), /agent\/9\.9\.9-/);
      assert.match(await host.run('ls', '/opt/promfleet/agent'), /^9\.9\.9-\w+\n$/);
      scene.serve('');
    });

    test('after a power cut the agent and its units are back', async () => {
      await host.run('sync');
      await host.powerCut();
      await host.boot();
      await host.run('promfleet-agent', 'wait', '--timeout', '30');
      await eventually(() => host.sh('curl -fsS http://127.0.0.1:9100/metrics >/dev/null'), 60_000);
    });

    test('what is asked to be kept is kept, and then no new token is needed', async () => {
      const { install } = await scene.token();
      const gone = await paste(host, `${withoutToken(install.line)} -s -- --uninstall --keep-data --keep-identity`);
      assert.equal(gone.code, 0, gone.text);
      assert.equal(await isBare(host), '/var/lib/promfleet-agent\n');
      assert.equal(await host.run('ls', '/var/lib/promfleet-agent'), 'identity.json\n');
      assert.match(await host.run('id', '-nu', 'node_exporter'), /node_exporter/);
      const back = await paste(host, withoutToken(install.line));
      assert.equal(back.code, 0, back.text);
      assert.match(back.text, new RegExp(`this host is enrolled already, as ${suite}-1\\n`));
      await eventually(() => host.sh('curl -fsS http://127.0.0.1:9100/metrics >/dev/null'), 60_000);
    });

    test('uninstalled it leaves nothing, and a second time it has nothing to do', async () => {
      const line = `${withoutToken((await scene.token()).install.line)} -s -- --uninstall`;
      const { code, text } = await paste(host, line);
      assert.equal(code, 0, text);
      assert.equal(await everything(host), bare);
      assert.equal(
        await host.sh('systemctl list-units --all --no-legend | grep -E "promfleet|exporter"; pgrep node; :'),
        '',
      );
      const again = await paste(host, line);
      assert.equal(again.code, 0, again.text);
      assert.equal(await everything(host), bare);
    });
  });

  test('without systemd it is refused, unless someone else is to start the agent', async () => {
    const host = scene.host(3);
    const { install } = await scene.token();
    const refused = await paste(host, install.line);
    assert.equal(refused.code, 1);
    assert.match(refused.text, /systemd is not what runs this host[^]*with --no-service/);
    assert.equal(await isBare(host), '');
    const { code, text } = await paste(host, `${install.line} -s -- --no-service`);
    assert.equal(code, 0, text);
    assert.match(text, /Have your init run "\/opt\/promfleet\/bin\/promfleet-agent run"/);
    await host.sh('setsid promfleet-agent run </dev/null >/dev/null 2>&1 &');
    await host.run('promfleet-agent', 'wait', '--timeout', '30');
    await host.sh('pkill -f [a]gent.cjs; while pgrep -f [a]gent.cjs; do sleep 0.1; done');
    const gone = await paste(host, `${withoutToken(install.line)} -s -- --uninstall`);
    assert.equal(gone.code, 0, gone.text);
    assert.equal(await isBare(host), '');
  });
});
