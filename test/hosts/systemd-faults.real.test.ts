import assert from 'node:assert/strict';
import { test } from 'vitest';
import { describeHosts, EXPORTER, launchOf } from './supervised-host.ts';

/** How systemd says that it waits a minute. */
const SLOWED: Record<string, RegExp> = { bookworm: /RestartUSec=1min\n/, trixie: /RestartMaxDelayUSec=1min\n/ };

describeHosts('systemd and what goes wrong', (host, suite) => {
  test('a crash loop is reported, slowed down and never given up', async () => {
    await host.agent('start', launchOf('crasher', { program: '/opt/programs/crash-loop' }));
    let seen = await host.observe('crasher');
    for (const until = performance.now() + 30_000; seen.state !== 'failed'; seen = await host.observe('crasher')) {
      assert.ok(performance.now() < until, JSON.stringify(seen));
    }
    assert.ok(seen.restarts >= 5);
    assert.equal(seen.lastExit, 'exited with code 2');
    assert.deepEqual((await host.agent('lastLines', 'crasher', 1)).value, ['error: bad flag']);
    const pace = await host.run(
      'systemctl',
      'show',
      '--property=RestartUSec,RestartMaxDelayUSec,StartLimitIntervalUSec',
      'crasher.service',
    );
    assert.match(pace, SLOWED[suite] ?? /never/);
    assert.match(pace, /StartLimitIntervalUSec=0/);
    const stopped = await host.agent('stop', 'crasher', EXPORTER.stop);
    assert.equal(stopped.observed['crasher']?.state, 'none');
    await host.agent('forget', 'crasher');
  });

  test('a program that is not there is named', async () => {
    const { message, code } = await host.agent('start', launchOf('missing', { program: '/opt/programs/nowhere' }));
    assert.equal(code, 'invalid');
    assert.match(message ?? '', /cannot start missing: .*\/opt\/programs\/nowhere.*No such file/);
    await host.agent('stop', 'missing', EXPORTER.stop);
    await host.agent('forget', 'missing');
  });

  test('a unit file of someone else is refused and left alone', async () => {
    const text = '[Service]\nExecStart=/bin/sleep 1000\n';
    for (const directory of ['/etc/systemd/system', '/lib/systemd/system']) {
      await host.write(`${directory}/foreign.service`, text);
      await host.run('systemctl', 'daemon-reload');
      const { code, message } = await host.agent('start', launchOf('foreign'));
      assert.equal(code, 'conflict');
      assert.match(
        message ?? '',
        /cannot manage foreign: .*\/systemd\/system\/foreign\.service is there, and promfleet did not write it/,
      );
      assert.equal(await host.run('cat', `${directory}/foreign.service`), text);
      await host.run('rm', `${directory}/foreign.service`);
    }
  });

  test('a unit file that someone changed is another launch, and is put right', async () => {
    await host.agent('start', EXPORTER);
    await host.run('sed', '-i', 's/^OOMPolicy=.*/OOMPolicy=kill/', '/etc/systemd/system/node_exporter.service');
    assert.equal((await host.observe('node_exporter')).launchDigest, '');
    const { observed } = await host.agent('start', EXPORTER);
    assert.equal(observed['node_exporter']?.launchDigest, 'one');
    assert.match(await host.run('cat', '/etc/systemd/system/node_exporter.service'), /OOMPolicy=continue/);
  });

  test('a unit file that is gone, or a unit that is disabled, is seen, and put back under what runs', async () => {
    const { observed } = await host.agent('start', EXPORTER);
    const { pid } = observed['node_exporter'] ?? {};
    assert.equal(observed['node_exporter']?.isLapsed, undefined);
    const breaks = [
      'rm /etc/systemd/system/node_exporter.service',
      'rm /etc/systemd/system/node_exporter.service && systemctl daemon-reload',
      'systemctl disable node_exporter.service',
    ];
    for (const how of breaks) {
      await host.run('sh', '-c', how);
      const seen = await host.observe('node_exporter');
      assert.deepEqual([seen.isLapsed, seen.launchDigest, seen.pid], [true, 'one', pid], how);
      const after = await host.agent('start', EXPORTER);
      assert.deepEqual([after.code, after.observed['node_exporter']?.isLapsed], [undefined, undefined], how);
      assert.equal(after.observed['node_exporter']?.pid, pid, how);
      assert.equal(await host.run('systemctl', 'is-enabled', 'node_exporter.service'), 'enabled\n');
    }
  });

  test('what has no unit file any more is stopped as it wants to be, and forgotten', async () => {
    const stop = { signal: 'SIGTERM', graceSeconds: 1, kill: false };
    const stubborn = launchOf('fileless', { program: '/opt/programs/ignores-sigterm', stop });
    const pid = (await host.agent('start', stubborn)).observed['fileless']?.pid;
    while (!String((await host.agent('lastLines', 'fileless', 1)).value).includes('ready'));
    await host.run('sh', '-c', 'rm /etc/systemd/system/fileless.service && systemctl daemon-reload');
    assert.match((await host.agent('stop', 'fileless', stop)).message ?? '', /process \d+ is still there 1 s after/);
    await host.run('kill', '-KILL', String(pid));
    await host.run('sh', '-c', 'rm /etc/systemd/system/fileless.service && systemctl daemon-reload');
    for (const method of ['stop', 'forget'])
      assert.equal((await host.agent(method, 'fileless', stop)).message, undefined, method);
    assert.equal((await host.agent('observe')).observed['fileless'], undefined);
    assert.equal(await host.run('sh', '-c', 'ls -d /etc/systemd/system/*.wants/fileless.service || true'), '');
  });

  test('what will not stop and may not be killed is reported, and no second one is started beside it', async () => {
    const stop = { signal: 'SIGTERM', graceSeconds: 1, kill: false };
    const stubborn = launchOf('stubborn', { program: '/opt/programs/ignores-sigterm', stop });
    const { observed } = await host.agent('start', stubborn);
    const pid = observed['stubborn']?.pid;
    while (!String((await host.agent('lastLines', 'stubborn', 1)).value).includes('ready'));
    const refused = await host.agent('stop', 'stubborn', stop);
    assert.match(
      refused.message ?? '',
      new RegExp(`cannot stop stubborn: process ${pid} is still there 1 s after SIGTERM`),
    );
    assert.match(
      (await host.agent('start', stubborn)).message ?? '',
      /cannot start stubborn: its process \d+ did not stop/,
    );
    await host.run('kill', '-KILL', String(pid));
    for (let { code } = await host.agent('start', stubborn); code; { code } = await host.agent('start', stubborn)) {
      assert.equal(code, 'unavailable');
    }
    assert.equal((await host.observe('stubborn')).state, 'running');
    await host.run('systemctl', 'kill', '--signal=KILL', 'stubborn.service');
    await host.agent('stop', 'stubborn', stop);
    await host.agent('forget', 'stubborn');
  });
});
