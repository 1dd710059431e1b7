import assert from 'node:assert/strict';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { CookbookFleet, EXCLUDED, SUITES, type Suite } from './cookbook-fleet.ts';
import { describeLab, type LabHost } from './lab-host.ts';

/** Unit, port, and what `systemd-analyze security` may say of it at most: 10 is open to all. */
const UNITS = {
  prometheus: { port: 9090, exposure: 1.1 },
  alertmanager: { port: 9093, exposure: 1.1 },
  pushgateway: { port: 9091, exposure: 1.1 },
  // It pings.
  blackbox_exporter: { port: 9115, exposure: 1.4 },
  node_exporter: { port: 9100, exposure: 1.6 },
} as const;
type Unit = keyof typeof UNITS;
const NAMES = Object.keys(UNITS) as Unit[];

const exposureOf = async (host: LabHost, unit: Unit): Promise<number> => {
  const said = await host.run('systemd-analyze', 'security', '--no-pager', `${unit}.service`);
  return Number(/exposure level for \S+: ([\d.]+)/.exec(said)?.[1] ?? 10);
};
const getFrom = (host: LabHost, url: string) => host.run('curl', '-sS', `http://localhost:${url}`);
const families = (metrics: string) =>
  [...metrics.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1] ?? '').toSorted();
const lines = (text: string) => text.trim().split('\n');

describeLab('what the cookbook sets up, set up by promfleet', () => {
  let cookbook: CookbookFleet;
  beforeAll(async () => {
    cookbook = await CookbookFleet.open();
  });
  afterAll(() => cookbook?.[Symbol.asyncDispose]());

  describe.each(SUITES)('on %s', (suite) => walkThrough(() => cookbook, suite));

  test('an undo brings the service back to the byte, and what it may reach with it', async () => {
    const host = cookbook.host('trixie');
    const read = () => host.run('cat', '/etc/systemd/system/blackbox_exporter.service');
    const before = await read();
    await cookbook.apply({ blackbox: 'modules: { http_2xx: { prober: http } }\n' });
    assert.notEqual(await read(), before);
    // Nothing pings any more.
    assert.ok((await exposureOf(host, 'blackbox_exporter')) <= 1.1);
    await cookbook.fleet.must('undo', '--yes');
    await cookbook.converged();
    assert.equal(await read(), before);
    assert.ok((await exposureOf(host, 'blackbox_exporter')) > 1.1);
  });

  test('after a reboot everything is up again by itself', async () => {
    const host = cookbook.host('bookworm');
    await host.run('systemctl', 'disable', '--quiet', 'promfleet-agent.service');
    await host.reboot();
    await eventually(async () => {
      for (const unit of NAMES) assert.match(await getFrom(host, `${UNITS[unit].port}/metrics`), /_build_info/);
    }, 30_000);
    await host.run('systemctl', 'enable', '--quiet', '--now', 'promfleet-agent.service');
  });

  test('what is removed leaves its data and its user, and nothing else', async () => {
    const host = cookbook.host('trixie');
    await host.sh('echo theirs > /usr/local/bin/theirs');
    await cookbook.apply({ suites: ['bookworm'] });
    assert.doesNotMatch(await host.sh('ls /etc/systemd/system'), /prometheus|alertmanager|exporter|pushgateway/);
    assert.deepEqual(lines(await host.sh('ls /usr/local/bin')), ['promfleet-agent', 'theirs']);
    assert.equal((await host.sh('ls -d /usr/share/prometheus /etc/prometheus 2>/dev/null || true')).trim(), '');
    assert.match(await host.sh('ls /var/lib/prometheus/data'), /wal/);
  });
});

function walkThrough(the: () => CookbookFleet, suite: Suite): void {
  const host = () => the().host(suite);
  const version = (unit: Unit) => the().version(unit, suite);

  test('what a person types finds everything where it should be', async () => {
    for (const unit of NAMES) {
      assert.match(
        await host().run('systemctl', 'status', '--no-pager', unit),
        /Loaded: .*; enabled[\s\S]*Active: active \(running\)/,
      );
      assert.match(await host().run('systemctl', 'cat', unit), new RegExp(`^User=${unit}$`, 'm'));
      assert.ok((await host().run('journalctl', '-u', unit, '-o', 'cat')).length > 100);
      assert.match(
        await host().run('id', unit),
        new RegExp(`^uid=\\d+\\(${unit}\\) gid=\\d+\\(${unit}\\) groups=\\d+\\(${unit}\\)$`, 'm'),
      );
      assert.match(
        await getFrom(host(), `${UNITS[unit].port}/metrics`),
        new RegExp(`^\\w+_build_info\\{.*version="${version(unit)}`, 'm'),
      );
      // Old Pushgateways say it on the other output.
      assert.match(await host().sh(`${unit} --version 2>&1`), new RegExp(`, version ${version(unit)}`));
    }
    assert.match(await host().run('promtool', 'check', 'config', '/etc/prometheus/prometheus.yml'), /SUCCESS/);
    assert.match(await host().run('amtool', 'check-config', '/etc/alertmanager/alertmanager.yml'), /SUCCESS/);
    for (const unit of ['prometheus', 'alertmanager', 'pushgateway'] as const) {
      const asked = `http://localhost:${UNITS[unit].port}/-/ready`;
      assert.equal(await host().run('curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', asked), '200');
    }
    const listening = [...(await host().run('ss', '-ltnp')).matchAll(/:(\d+)\s+\S+\s+users:\(\("(\w+)"/g)].map(
      ([, port, program]) => `${port} ${program}`,
    );
    // Names of processes have 15 letters. No Alertmanager listens for a cluster.
    assert.deepEqual(listening.toSorted(), NAMES.map((unit) => `${UNITS[unit].port} ${unit.slice(0, 15)}`).toSorted());
    assert.match(
      await the().fleet.must('logs', `prometheus@${host().name}`),
      /Server is ready to receive web requests/,
    );
  });

  test('every file has its owner, and no service can change its program or read another’s configuration', async () => {
    const found = async (where: string) =>
      lines(await host().sh(`find ${where} ! -type l -printf '%u:%g %m %p\\n'`)).map((line) => line.split(' '));
    for (const unit of NAMES) {
      for (const [owner, mode, path] of await found(`/etc/${unit}`)) {
        assert.equal(owner, `root:${unit}`, path);
        assert.match(mode ?? '', /^(750|640)$/, path);
      }
      assert.deepEqual((await found(`/var/lib/${unit} -maxdepth 0`))[0], [
        `${unit}:${unit}`,
        '750',
        `/var/lib/${unit}`,
      ]);
      assert.match(await host().run('getent', 'passwd', unit), /:\/nonexistent:\/usr\/sbin\/nologin$/m);
      assert.ok(Number(await host().run('id', '-u', unit)) < 1_000);
      const as = (script: string) =>
        host().run('setpriv', `--reuid=${unit}`, `--regid=${unit}`, '--clear-groups', 'sh', '-c', script);
      await assert.rejects(as(`echo x >> $(readlink -f /usr/local/bin/${unit})`), /Permission denied/);
      await assert.rejects(as(`echo x > /etc/${unit}/mine`), /Permission denied|Read-only/);
      const other = unit === 'prometheus' ? 'alertmanager' : 'prometheus';
      await assert.rejects(as(`ls /etc/${other} /var/lib/${other}`), /Permission denied/);
    }
    for (const [owner, mode, path] of await found('/opt/promfleet/releases')) {
      assert.equal(owner, 'root:root', path);
      assert.match(mode ?? '', /^(755|644)$/, path);
    }
    const links = lines(await host().sh(`cd /usr/local/bin && for f in *; do echo "$f $(readlink -f $f)"; done`));
    assert.deepEqual(
      // The agent's own is of whoever installed the agent.
      links.filter((line) => !line.startsWith('promfleet-agent ')).map((line) => line.replace(/-[0-9a-f]{12}\//, '/')),
      [
        ...NAMES.map((unit) => [unit, unit] as const),
        ['amtool', 'alertmanager'] as const,
        ['promtool', 'prometheus'] as const,
      ]
        .map(([program, unit]) => `${program} /opt/promfleet/releases/${unit}-${version(unit)}/${program}`)
        .toSorted(),
    );
  });

  test('each is confined to what it needs, and keeps every metric that it has without', async () => {
    await host().run('mount', '-t', 'tmpfs', '-o', 'size=77m', 'tmpfs', '/home');
    for (const unit of NAMES) {
      const { port, exposure } = UNITS[unit];
      const scored = await exposureOf(host(), unit);
      assert.ok(scored <= exposure, `${unit} scored ${scored}`);
      const free = await unconfined(host(), unit, port + 10_000);
      const confined = await getFrom(host(), `${port}/metrics`);
      assert.deepEqual(
        families(free).filter((name) => !families(confined).includes(name)),
        [],
        unit,
      );
      if (unit !== 'node_exporter') continue;
      assert.deepEqual(families(free), families(confined));
      const telling = (metrics: string) =>
        lines(metrics).filter((line) =>
          /^node_scrape_collector_success|^node_filesystem_size_bytes.*"\/home"/.test(line),
        );
      assert.deepEqual(telling(confined), telling(free));
      assert.match(telling(confined).join('\n'), /mountpoint="\/home"\} 8\.0740352e\+07/);
    }
    await host().run('umount', '/home');
  });

  test('what only works with what it is given works', async () => {
    const probe = (query: string) => getFrom(host(), `9115/probe?${query}`);
    assert.match(await probe(`module=icmp&target=${the().fleet.lab.outside}`), /^probe_success 1$/m);
    assert.match(await probe('module=http_2xx&target=http://127.0.0.1:9100/metrics'), /^probe_success 1$/m);
    assert.match(await probe('module=tcp_connect&target=127.0.0.1:9090'), /^probe_success 1$/m);
    // From a rule of Prometheus, through a template of ours that uses one of the Alertmanager's own, to the chat.
    const isOurs = (one: string) => one.includes(`"channel":"#${suite}"`) && one.includes('"title":"ours: [FIRING:1]');
    await eventually(() => assert.ok(the().messages.some(isOurs), the().messages[0]), 30_000);
    // The page of the Pushgateway is none of its program's either.
    assert.match(await getFrom(host(), '9091/'), /<title>Prometheus Pushgateway<\/title>/);
    const asked = ['-sSG', 'http://localhost:9090/api/v1/query', '--data-urlencode', 'query=count(up == 1)'];
    await eventually(async () => assert.match(await host().run('curl', ...asked), /"value":\[[\d.]+,"4"\]/), 20_000);
  });

  test('what was pushed outlives a restart', async () => {
    await host().sh('echo "pushed 7" | curl -sS --data-binary @- http://localhost:9091/metrics/job/batch');
    await the().fleet.must('restart', 'pushgateway', '--on', host().name);
    await eventually(
      async () => assert.match(await getFrom(host(), '9091/metrics'), /^pushed\{.*job="batch"\} 7$/m),
      20_000,
    );
  });

  test('the cookbook’s mistakes are not made', async () => {
    const show = (unit: string, property: string) => host().run('systemctl', 'show', '--value', '-p', property, unit);
    for (const unit of NAMES) {
      // S1, S2: its flags are taken, and arrive as they were written. D6, D7, D8, D11.
      assert.equal((await show(unit, 'NRestarts')).trim(), '0', unit);
      assert.equal((await show(unit, 'Restart')).trim(), 'always');
      assert.equal((await show(unit, 'ExecReload')).trim(), '');
      assert.equal((await show(unit, 'StartLimitIntervalUSec')).trim(), '0');
      assert.equal((await show(unit, 'OOMPolicy')).trim(), 'continue');
      assert.equal((await show(unit, 'AmbientCapabilities')).trim(), unit === 'blackbox_exporter' ? 'cap_net_raw' : '');
      // D1: a directory for each version; nothing was copied over what runs.
      const pid = (await show(unit, 'MainPID')).trim();
      const program = (await host().run('readlink', `/proc/${pid}/exe`)).trim();
      assert.match(program, new RegExp(`^/opt/promfleet/releases/${unit}-${version(unit)}-[0-9a-f]{12}/${unit}$`));
    }
    const words = async (unit: Unit) =>
      (await host().sh(`tr '\\0' '\\n' < /proc/$(systemctl show --value -p MainPID ${unit})/cmdline`)).split('\n');
    assert.ok((await words('node_exporter')).includes(`--collector.filesystem.mount-points-exclude=${EXCLUDED}`));
    // S4, D10: no consoles, and nobody on the network can reload or end it.
    assert.equal(
      (await words('prometheus')).some((word) => /console|lifecycle|admin-api/.test(word)),
      false,
    );
    for (const act of ['reload', 'quit']) {
      const posted = ['-s', '-o', '/dev/null', '-w', '%{http_code}', '-XPOST', `http://localhost:9090/-/${act}`];
      assert.equal(await host().run('curl', ...posted), '403');
    }
    assert.equal((await show('prometheus', 'TimeoutStopUSec')).trim(), '10min');
    assert.equal((await show('prometheus', 'LimitNOFILE')).trim(), '65536');
    assert.equal((await show('alertmanager', 'TimeoutStopUSec')).trim(), '2min');
    for (const unit of ['prometheus', 'alertmanager', 'pushgateway']) {
      assert.equal((await show(unit, 'SendSIGKILL')).trim(), 'no');
    }
    // S3, D14: applied again there is nothing to do, nothing twice, nothing restarted.
    await the().fleet.must('plan', '-f', the().fleet.folder);
    // S8, D5: neither a firewall nor a package of the host was touched.
    assert.equal(
      (await host().sh('ls /var/log/apt/history.log /etc/ufw /etc/nftables.conf 2>/dev/null || true')).trim(),
      '',
    );
  });
}

/** The same program with the same words on another port and other data, held by nothing but its user. */
async function unconfined(host: LabHost, unit: Unit, port: number): Promise<string> {
  const shown = await host.sh(`tr '\\0' '\\n' < /proc/$(systemctl show --value -p MainPID ${unit})/cmdline`);
  const words = lines(shown).map((word) =>
    word.startsWith('--web.listen-address')
      ? `--web.listen-address=:${port}`
      : word.replace(/^(--(?:storage|persistence).*=).*/, '$1/tmp/bare'),
  );
  const bind =
    unit === 'alertmanager' || unit === 'pushgateway'
      ? [`-pBindReadOnlyPaths=${words[0]?.replace(/\/\w+$/, '/share')}:/usr/share/prometheus/${unit}`]
      : [];
  await host.run(
    'systemd-run',
    '--quiet',
    `--unit=bare-${unit}`,
    `--uid=${unit}`,
    '-pPrivateTmp=yes',
    ...bind,
    '--',
    ...words,
  );
  try {
    return await eventually(async () => {
      const metrics = await getFrom(host, `${port}/metrics`);
      assert.match(metrics, /_build_info/);
      return metrics;
    }, 20_000);
  } finally {
    await host.run('systemctl', 'stop', `bare-${unit}.service`);
  }
}
