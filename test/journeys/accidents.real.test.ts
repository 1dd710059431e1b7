import assert from 'node:assert/strict';
import { readdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, test } from 'vitest';
import type { FleetEvent } from '../../controller/events/event.ts';
import { QuickStart } from '../support/quick-start.ts';
import { type RealMirror, realMirror } from '../support/real-releases.ts';
import { converged, fails, hostOf, samplesOf, soon, succeeds, targetsOf, unitOf } from './world.ts';

const SCRAPE_S = 1;

describe('accidents, one after another, to a fleet that goes on', () => {
  const life = new AsyncDisposableStack();
  let fleet: QuickStart;
  let mirror: RealMirror;
  let host: string;

  beforeAll(async () => {
    process.env['COLUMNS'] = '1000';
    mirror = life.use(await realMirror());
    fleet = life.use(await QuickStart.create());
    fleet.writeFleet(mirror.url);
    succeeds(await fleet.up());
    host = (await hostOf(fleet)).name;
  });
  afterAll(() => life.disposeAsync());

  const apply = () => fleet.run('apply', '-f', fleet.folder, '--yes');
  const etc = (path: string) => join(fleet.home, 'host/etc/prometheus', path);
  const events = async (unit: string) =>
    (await fleet.get<FleetEvent[]>('/v1/events?limit=50')).filter((event) => event.unit === unit);
  /** Applies a change of fleet.yaml, whatever comes of it, and then puts the file back. */
  async function applyChanged(change: (text: string) => string) {
    const before = fleet.read('fleet.yaml');
    fleet.write({ 'fleet.yaml': change(before) });
    const outcome = await apply();
    fleet.write({ 'fleet.yaml': before });
    return outcome;
  }
  const inExporter = (line: string) => (text: string) =>
    text.replace('component: node_exporter', `component: node_exporter\n${line}`);

  test('node_exporter is killed: it is back within seconds, and the exit is counted and told', async () => {
    const killed = fleet.pidOf('node_exporter');
    process.kill(killed, 'SIGKILL');
    await soon(async () => {
      const unit = await unitOf(fleet, 'node_exporter');
      assert.deepEqual([unit.state, unit.restarts], ['ready', 1]);
      assert.notEqual(unit.pid, killed);
    }, 5_000);
    const told = (await events('node_exporter')).map(({ message }) => message);
    assert.ok(told.includes('backoff, was ready: it was killed by SIGKILL'), told.join('\n'));
    assert.match(await fleet.must('host', host), /node_exporter {2}ready for .*exited once unasked/);
    await converged(fleet);
  });

  test('Prometheus is killed: it is back, and scrapes', async () => {
    const killed = fleet.pidOf('prometheus');
    process.kill(killed, 'SIGKILL');
    await soon(async () => {
      const unit = await unitOf(fleet, 'prometheus');
      assert.deepEqual([unit.state, unit.restarts], ['ready', 1]);
      assert.notEqual(unit.pid, killed);
    }, 30_000);
  });

  test('the controller is killed, then the agent: units keep their processes, and no scrape is missed', async () => {
    const pids = () => [fleet.pidOf('prometheus'), fleet.pidOf('node_exporter')];
    // The gap that the accident before this one left must lie outside what is looked at.
    await sleep(5_000);
    const [before, began] = [pids(), Date.now() / 1_000];
    process.kill(fleet.pidOf('controller'), 'SIGKILL');
    await sleep(1_500);
    process.kill(fleet.pidOf('agent'), 'SIGKILL');
    await sleep(1_500);
    succeeds(await fleet.up());
    assert.deepEqual(pids(), before);
    await converged(fleet);
    const [node] = await samplesOf(fleet, 'up{job="node"}', Math.ceil(Date.now() / 1_000 - began));
    const gaps = (node?.values ?? []).slice(1).map(([at], index) => at - (node?.values[index]?.[0] ?? 0));
    assert.ok(gaps.length >= 2, `only ${gaps.length + 1} scrapes`);
    assert.ok(Math.max(...gaps) <= 3 * SCRAPE_S, `a gap of ${Math.max(...gaps)} s`);
    assert.deepEqual(new Set(node?.values.map(([, value]) => value)), new Set(['1']));
  });

  test('a second agent on the same home is refused', async () => {
    const home = join(fleet.home, 'host');
    const outcome = await fleet.runAgent('', 'run', '--home', home, '--supervisor', 'process');
    assert.deepEqual(outcome, {
      code: 1,
      stdout: '',
      stderr: `promfleet-agent: cannot use ${home}/agent: another agent is running on it\n  end that one first; the service: systemctl stop promfleet-agent\n`,
    });
    await converged(fleet);
  });

  test('a port that someone has: nothing is stopped for it, who has it is named, and it heals by itself', async () => {
    const before = fleet.pidOf('node_exporter');
    // Prometheus scrapes it already: a connection that nobody reads would never end, and the server with it.
    const thief = createServer((socket) => socket.destroy()).listen(0);
    const port = await new Promise<number>((known) =>
      thief.once('listening', () => known((thief.address() as { port: number }).port)),
    );
    const said = fails(
      await applyChanged((text) => text.replace(`port: ${fleet.ports.nodeExporter}`, `port: ${port}`)),
    );
    const name = readFileSync('/proc/self/comm', 'utf8').trim();
    assert.match(
      said,
      new RegExp(
        `^node_exporter@${host}: cannot start node_exporter: port ${port} is taken by ${name} \\(process ${process.pid}\\)\n {4}stop it, or give node_exporter another port$`,
        'm',
      ),
    );
    assert.equal(fleet.pidOf('node_exporter'), before);
    await new Promise((closed) => thief.close(closed));
    await soon(() => converged(fleet), 40_000);
    assert.equal((await unitOf(fleet, 'node_exporter')).port, port);
    succeeds(await apply());
  });

  test('a program that dies as soon as it starts: backoff, then failed with what it died of; undo brings it back', async () => {
    const flags = "flags: { collector.filesystem.mount-points-exclude: '(' }";
    const outcome = await applyChanged(inExporter(flags));
    const died = '    │ panic: regexp: Compile(`(`): error parsing regexp: missing closing ): `(`';
    assert.match(fails(outcome), /node_exporter@\S+ {2}backoff: it exited with code 2/);
    assert.match(outcome.stderr, /^node_exporter@\S+: it exited with code 2$/m);
    assert.ok(outcome.stderr.includes(died), outcome.stderr);
    const { code, stdout } = await fleet.run('status');
    assert.notEqual(code, 0);
    assert.match(stdout, /✗ node_exporter@\S+: it exited with code 2 \(exited 5 times\)/);
    assert.ok(stdout.includes(died), stdout);
    succeeds(await fleet.run('undo', '--yes'));
    assert.equal((await unitOf(fleet, 'node_exporter')).state, 'ready');
  });

  test('files that were changed or deleted by hand are put back, and loaded', async () => {
    const [config, targets] = [
      readFileSync(etc('prometheus.yml'), 'utf8'),
      readFileSync(etc('targets/node.json'), 'utf8'),
    ];
    writeFileSync(realpathSync(etc('prometheus.yml')), 'global: { scrape_interval: 7s }\n');
    rmSync(etc('targets/node.json'));
    // Whatever happens on the host makes the agent look at all of it; with nothing at all it looks once a minute.
    succeeds(await fleet.run('restart', `node_exporter@${host}`));
    await soon(() => {
      assert.equal(readFileSync(etc('prometheus.yml'), 'utf8'), config);
      assert.equal(readFileSync(etc('targets/node.json'), 'utf8'), targets);
    });
    await soon(() => converged(fleet));
    const both = [`main ${host}:${fleet.ports.prometheus} up`, `node ${host}:${fleet.ports.nodeExporter} up`];
    await soon(async () => assert.deepEqual(await targetsOf(fleet), both), 20_000);
  });

  test('a program that was altered on disk is never run: its release is installed anew before the next start', async () => {
    const releases = join(fleet.home, 'host/releases');
    const name = readdirSync(releases).find((one) =>
      one.startsWith(`node_exporter-${mirror.versions['node_exporter']?.[0]}-`),
    );
    const program = join(releases, name ?? '', 'node_exporter');
    const whole = readFileSync(program);
    writeFileSync(`${program}.new`, '#!/bin/sh\nexec sleep 1000\n', { mode: 0o755 });
    renameSync(`${program}.new`, program);
    // What was put back before may still be being looked at: then it says to try again.
    await soon(async () => succeeds(await fleet.run('restart', `node_exporter@${host}`)));
    await soon(() => converged(fleet));
    assert.ok(readFileSync(program).equals(whole));
    assert.equal(realpathSync(`/proc/${fleet.pidOf('node_exporter')}/exe`), program);
  });

  test('stop, start, restart and reload do what they say; a log is followed', async () => {
    const log = fleet.start('logs', '-f', '-n', '1', `prometheus@${host}`);
    let lines = '';
    log.stdout.setEncoding('utf8').on('data', (text: string) => (lines += text));
    assert.match(succeeds(await fleet.run('stop', `node_exporter@${host}`)), /● node_exporter@\S+ {2}will be stopped/);
    await soon(() => assert.equal(fleet.pidOf('node_exporter'), 0));
    await soon(() => converged(fleet));
    succeeds(await fleet.run('start', 'node_exporter', '--on', 'all'));
    await soon(async () => assert.equal((await unitOf(fleet, 'node_exporter')).state, 'ready'));
    const before = fleet.pidOf('node_exporter');
    assert.equal(succeeds(await fleet.run('restart', `node_exporter@${host}`)), `● node_exporter@${host}  done\n`);
    assert.notEqual(fleet.pidOf('node_exporter'), before);
    assert.equal(succeeds(await fleet.run('reload', `prometheus@${host}`)), `● prometheus@${host}  done\n`);
    await soon(() => assert.match(lines, /Completed loading of configuration file/));
    log.kill('SIGINT');
    await new Promise((ended) => log.once('exit', ended));
  });

  test('both go to an older version and back by what is written after `version:`', async () => {
    const [newest, older] = [0, 1].map((index) => ({
      prometheus: mirror.versions['prometheus']?.[index] ?? '',
      nodeExporter: mirror.versions['node_exporter']?.[index] ?? '',
    })) as [{ prometheus: string; nodeExporter: string }, { prometheus: string; nodeExporter: string }];
    for (const versions of [older, newest]) {
      fleet.writeFleet(mirror.url, versions);
      succeeds(await apply());
      await converged(fleet);
      assert.equal((await unitOf(fleet, 'prometheus')).version, versions.prometheus);
      assert.equal((await unitOf(fleet, 'node_exporter')).version, versions.nodeExporter);
      const page = await (await fetch(`http://127.0.0.1:${fleet.ports.prometheus}/metrics`)).text();
      assert.match(page, new RegExp(`^prometheus_build_info{.*version="${versions.prometheus}`, 'm'));
    }
  });
});
