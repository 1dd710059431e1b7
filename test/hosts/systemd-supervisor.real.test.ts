import assert from 'node:assert/strict';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { test } from 'vitest';
import { STRICT } from '../../proto/spec.ts';
import { describeHosts, EXPORTER, launchOf, type Outcome } from './supervised-host.ts';

describeHosts('systemd keeps the units of a real host', (host) => {
  test('a real node_exporter starts hardened, and keeps every metric', async () => {
    const { observed, message } = await host.agent('start', EXPORTER);
    assert.equal(message, undefined);
    assert.equal(observed['node_exporter']?.state, 'running');
    assert.equal(observed['node_exporter']?.launchDigest, 'one');
    assert.ok((await host.exposure('node_exporter')) <= 1.6);
    // By systemd too, so that it is held by no more than what nspawn itself takes from a host.
    await host.run('systemd-run', '--unit=bare', '/opt/programs/node_exporter', '--web.listen-address=127.0.0.1:9101');
    try {
      const ready = {
        name: '',
        port: 9101,
        path: '/metrics',
        status: 200,
        metric: 'node_exporter_build_info',
        above: 0,
      };
      while (!((await host.agent('probe', ready)).value as { ok: boolean }).ok);
      const succeeding = `fetch(process.argv[1]).then(r => r.text()).then(t => console.log(t.split('\\n').filter(l => l.startsWith('node_scrape_collector_success')).join('\\n')))`;
      const collectors = (port: number) => host.run('/opt/node', '-e', succeeding, `http://127.0.0.1:${port}/metrics`);
      assert.equal(await collectors(9100), await collectors(9101));
    } finally {
      await host.run('systemctl', 'stop', 'bare.service');
    }
  });

  test('a real Prometheus stores what it scrapes, in the one place where it may write', async () => {
    await host.agent('identity', 'prometheus');
    await host.run('install', '-d', '-o', 'prometheus', '-g', 'prometheus', '/var/lib/prometheus data');
    const config =
      'scrape_configs: [{job_name: self, scrape_interval: 1s, static_configs: [{targets: ["127.0.0.1:9090"]}]}]';
    await host.write('/etc/prometheus.yml', config);
    const argv = [
      '--config.file=/etc/prometheus.yml',
      '--storage.tsdb.path=data',
      '--web.listen-address=127.0.0.1:9090',
    ];
    const directory = '/var/lib/prometheus data';
    const launch = launchOf('prometheus', { program: '/opt/programs/prometheus', argv, workingDirectory: directory });
    const strict = { ...launch, writable: [directory], sandbox: STRICT };
    assert.equal((await host.agent('start', strict)).message, undefined);
    assert.ok((await host.exposure('prometheus')) <= 1.1);
    const metric = 'prometheus_tsdb_head_samples_appended_total';
    const scraped = { name: '', port: 9090, path: '/metrics', status: 200, metric, above: 0 };
    while (!((await host.agent('probe', scraped)).value as { ok: boolean }).ok);
    assert.equal((await host.agent('stop', 'prometheus', launch.stop)).observed['prometheus']?.restarts, 0);
    await host.agent('forget', 'prometheus');
  });

  test('what is killed is back within a second and a half, and counted', async () => {
    const before = await host.observe('node_exporter');
    const killedAt = performance.now();
    await host.run('kill', '-KILL', String(before.pid));
    const main = () => host.run('systemctl', 'show', '--value', '--property=MainPID', 'node_exporter.service');
    while (['0', String(before.pid)].includes((await main()).trim())) assert.ok(performance.now() - killedAt < 1_500);
    const after = await host.observe('node_exporter');
    assert.equal(after.restarts, 1);
    assert.equal(after.lastExit, 'killed by SIGKILL');
    const same = (await host.agent('start', EXPORTER)).observed['node_exporter'];
    assert.equal(same?.pid, after.pid);
  });

  test('an agent that watches sees an exit; its own death changes nothing', async () => {
    const before = await host.observe('node_exporter');
    const watching = host.lab.spawn('/opt/node', '/opt/supervise-once.cjs', 'watch');
    const lines = createInterface(watching.stdout as Readable)[Symbol.asyncIterator]();
    const next = async () => JSON.parse((await lines.next()).value as string) as Outcome['observed'];
    assert.equal((await next())['node_exporter']?.pid, before.pid);
    await host.run('kill', '-KILL', String(before.pid));
    let seen = await next();
    while (seen['node_exporter']?.state !== 'running') seen = await next();
    await host.run('pkill', '-KILL', '-f', 'supervise-once.cjs watch');
    assert.deepEqual(await host.observe('node_exporter'), seen['node_exporter']);
  });

  test('every argument and variable arrives as it was written', async () => {
    const argv = [
      '$HOME',
      '${HOME}',
      '%n %% 100%',
      '\\d+ \\n',
      '"',
      "'",
      'a b',
      '',
      ';',
      '|',
      '&',
      '*',
      'ü',
      '$$',
      '-',
      '@x',
      '\ttab',
    ];
    const { message } = await host.agent(
      'start',
      launchOf('echoer', { argv, env: { NASTY: 'a "b" $c %d \\e \'f\'' } }),
    );
    assert.equal(message, undefined);
    const { pid } = await host.observe('echoer');
    const read = async (file: string) => (await host.run('cat', `/proc/${pid}/${file}`)).split('\0');
    assert.deepEqual((await read('cmdline')).slice(2, -1), argv);
    assert.ok((await read('environ')).includes('NASTY=a "b" $c %d \\e \'f\''));
    const { value } = await host.agent('lastLines', 'echoer', 1);
    assert.match(String(value), /^started: \[\$HOME\]/);
    const heard: { lines?: string[] } = {};
    const following = host.agent('follow', 'echoer', 'reloaded').then(({ value }) => (heard.lines = value as string[]));
    while (!heard.lines) await host.agent('signal', 'echoer', 'SIGHUP');
    assert.equal((await following).at(-1), 'reloaded');
  });

  test('what is stopped stays stopped, is forgotten without a trace, and leaves its user', async () => {
    const { observed, message } = await host.agent('stop', 'echoer', EXPORTER.stop);
    assert.equal(message, undefined);
    assert.equal(observed['echoer']?.state, 'none');
    assert.equal((await host.run('sh', '-c', 'systemctl is-enabled echoer.service || true')).trim(), 'disabled');
    assert.deepEqual((await host.agent('forget', 'echoer')).observed['echoer'], undefined);
    assert.equal((await host.run('sh', '-c', 'ls /etc/systemd/system/echoer* || true')).trim(), '');
    const { value } = await host.agent('identity', 'echoer');
    assert.ok((value as { uid: number }).uid > 0);
    assert.equal((await host.agent('identity', 'root')).code, 'denied');
  });

  test('after a power cut what ran runs again, what was stopped does not', async () => {
    await host.agent('start', launchOf('quiet'));
    await host.agent('stop', 'quiet', EXPORTER.stop);
    const before = await host.observe('node_exporter');
    await host.lab.powerCut();
    await host.lab.boot();
    const { observed } = await host.agent('observe');
    assert.equal(observed['node_exporter']?.state, 'running');
    assert.equal(observed['node_exporter']?.restarts, before.restarts);
    assert.equal(observed['quiet']?.state, 'none');
  });
});
