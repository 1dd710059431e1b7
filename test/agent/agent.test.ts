import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { test as oneByOne } from 'vitest';
import { operate } from '../../agent/reconcile/operate.ts';
import { configDigest } from '../../proto/digest.ts';
import { freePorts } from '../support/free-port.ts';
import { AgentScene, fakeUnit, loaded } from './agent-scene.ts';

/** They mostly wait for real programs. */
const test = oneByOne.concurrent;
const freePort = async () => (await freePorts(1))[0] as number;
const config = (scene: AgentScene) => readFileSync(`${scene.layout.etc}/prometheus/prometheus.yml`, 'utf8');

test('a unit is installed, started and ready; a new config is reloaded and confirmed by the program itself', async () => {
  await using scene = new AgentScene();
  const [release, port] = [await scene.release(), await freePort()];
  await scene.start();
  await scene.want(fakeUnit({ release, port }));
  const first = await scene.untilDone();
  assert.equal(first.version, '1.0.0');
  assert.equal(first.message, '');
  assert.ok(existsSync(`${scene.layout.etc}/prometheus/rules/a.yml`));

  const next = fakeUnit({ release, port, config: 'second' });
  await scene.want(next);
  const second = await scene.untilDone();
  assert.equal(second.pid, first.pid);
  assert.equal(second.loadedDigest, configDigest(next));
  assert.deepEqual(await loaded(port), { config: 'second\n', reloads: 1, label: '' });
});

test('a refused reload leaves the previous config in use, on disk and in the program, until the spec changes', async () => {
  await using scene = new AgentScene();
  const [release, port] = [await scene.release(), await freePort()];
  await scene.start();
  await scene.want(fakeUnit({ release, port }));
  const { pid } = await scene.untilDone();

  await scene.want(fakeUnit({ release, port, config: 'bad' }));
  const refused = await scene.until(
    ({ message, activity }) => message.includes('the previous one runs on') && !activity,
  );
  assert.match(refused.message, /refused its new config.*err="the config is bad"/);
  assert.equal(refused.state, 'ready');
  assert.equal(refused.pid, pid);
  await scene.until(({ loadedDigest, configDigest }) => loadedDigest === configDigest);
  assert.equal(config(scene), 'first\n');
  // Once refused, once back: and never again.
  assert.deepEqual(await loaded(port), { config: 'first\n', reloads: 2, label: '' });
  assert.equal(scene.report?.converged, false);
  await assert.rejects(
    operate(scene.agent.host, scene.agent.loop, scene.agent.wanted() ?? [], {
      id: '1',
      verb: 'reload',
      unit: 'prometheus',
      acceptLoss: false,
    }),
    /refused its config: .*the config is bad/,
  );

  await scene.want(fakeUnit({ release, port, config: 'third' }));
  assert.equal((await scene.untilDone()).pid, pid);
  assert.equal((await loaded(port)).config, 'third\n');
});

test('a config that the release’s own tool refuses touches nothing, and the message names our file', async () => {
  await using scene = new AgentScene();
  const [release, port] = [await scene.release(), await freePort()];
  await scene.start();
  await scene.want(fakeUnit({ release, port }));
  const { pid } = await scene.untilDone();
  await scene.want(fakeUnit({ release, port, config: 'invalid' }));
  const unit = await scene.until(({ message }) => message !== '');
  assert.match(unit.message, /promtool says: FAILED: parsing YAML file \S+\/etc\/prometheus\/prometheus.yml: line 1/);
  assert.doesNotMatch(unit.message, /\.sets/);
  assert.deepEqual([unit.state, unit.pid, config(scene)], ['ready', pid, 'first\n']);
  assert.equal((await loaded(port)).reloads, 0);
});

test('a flag that the new release does not know leaves the old one running', async () => {
  await using scene = new AgentScene();
  const [release, newer, port] = [await scene.release(), await scene.release('2.0.0'), await freePort()];
  await scene.start();
  await scene.want(fakeUnit({ release, port }));
  const { pid } = await scene.untilDone();
  await scene.want(fakeUnit({ release: newer, port, argv: ['--storage.tsdb.allow-overlapping-blocks'] }));
  const unit = await scene.until(({ message }) => message !== '');
  assert.match(
    unit.message,
    /cannot start prometheus 2.0.0: it refuses its flags: prometheus says: .*unknown long flag '--storage/,
  );
  assert.deepEqual([unit.state, unit.pid, unit.version], ['ready', pid, '1.0.0']);

  await scene.want(fakeUnit({ release: newer, port, argv: ['--label=new'] }));
  const done = await scene.untilDone();
  assert.notEqual(done.pid, pid);
  assert.deepEqual([done.version, (await loaded(port)).label], ['2.0.0', 'new']);
});

test('a port that is taken is named with its holder, and the unit starts once it is free', async () => {
  await using scene = new AgentScene();
  const release = await scene.release();
  const other = createServer().listen(0, '127.0.0.1');
  const port = await new Promise<number>((resolve) =>
    other.on('listening', () => resolve((other.address() as { port: number }).port)),
  );
  await scene.start();
  await scene.want(fakeUnit({ release, port }));
  const unit = await scene.until(({ message }) => message !== '');
  assert.match(unit.message, new RegExp(`port ${port} is taken by \\S+ \\(process ${process.pid}\\)`));
  assert.equal(unit.state, 'failed');
  other.close();
  await scene.untilDone();
});

test('a clock that is set back holds nothing up', async () => {
  await using scene = new AgentScene();
  const release = await scene.release();
  const other = createServer().listen(0, '127.0.0.1');
  const port = await new Promise<number>((resolve) =>
    other.on('listening', () => resolve((other.address() as { port: number }).port)),
  );
  let setBackMs = 0;
  await scene.start({ now: () => Date.now() - setBackMs });
  await scene.want(fakeUnit({ release, port }));
  await scene.until(({ state }) => state === 'failed');
  setBackMs = 3_600_000;
  other.close();
  await scene.untilDone();
});

test('a unit that can’t reload is restarted for a new config, once, and not for new targets', async () => {
  await using scene = new AgentScene();
  const [release, port] = [await scene.release(), await freePort()];
  const unit = (content: string, targets: string) =>
    fakeUnit(
      { release, port, config: content, argv: ['--no-reload'] },
      {
        reload: undefined,
        files: [
          { path: 'prometheus.yml', content: Buffer.from(content), live: false },
          { path: 'targets/node.json', content: Buffer.from(targets), live: true },
        ],
      },
    );
  await scene.start();
  await scene.want(unit('one', '[]'));
  const first = await scene.untilDone();
  await scene.want(unit('one', '["a"]'));
  assert.equal((await scene.untilDone()).pid, first.pid);
  assert.equal(readFileSync(`${scene.layout.etc}/prometheus/targets/node.json`, 'utf8'), '["a"]');
  await scene.want(unit('two', '["a"]'));
  const second = await scene.untilDone();
  assert.notEqual(second.pid, first.pid);
  assert.equal((await loaded(port)).config, 'two');
  assert.equal(second.restarts, 0);
});

test('what is changed by hand is put back and loaded again, or only reported where that is asked', async () => {
  await using scene = new AgentScene();
  const [release, port] = [await scene.release(), await freePort()];
  await scene.start();
  await scene.want(fakeUnit({ release, port }));
  await scene.untilDone();
  const etc = `${scene.layout.etc}/prometheus`;
  // As `sed -i` does it: the link itself becomes a file.
  rmSync(`${etc}/prometheus.yml`);
  writeFileSync(`${etc}/prometheus.yml`, 'mine\n');
  rmSync(`${etc}/targets/node.json`);
  writeFileSync(`${etc}/rules/b.yml`, 'groups: [mine]\n');
  scene.agent.loop.retryNow();
  await scene.until(
    () => existsSync(`${etc}/targets/node.json`) && config(scene) === 'first\n' && !existsSync(`${etc}/rules/b.yml`),
  );
  await scene.until((_, report) => report.converged);
  assert.equal((await loaded(port)).reloads, 1);

  await scene.want(fakeUnit({ release, port }, { reportDrift: true }));
  await scene.untilDone();
  writeFileSync(`${etc}/rules/a.yml`, 'groups: [mine]\n');
  scene.agent.loop.retryNow();
  const drifted = await scene.until(({ drift }) => drift !== '');
  assert.equal(drifted.drift, 'changed by hand: rules/a.yml');
  assert.equal(readFileSync(`${etc}/rules/a.yml`, 'utf8'), 'groups: [mine]\n');
});

test('what is not wanted any more is stopped and forgotten, and its data is kept', async () => {
  await using scene = new AgentScene();
  const [release, port] = [await scene.release(), await freePort()];
  await scene.start();
  await scene.want(fakeUnit({ release, port }));
  await scene.untilDone();
  writeFileSync(`${scene.layout.var}/prometheus/samples`, 'precious');
  await scene.want(fakeUnit({ release, port }, { stopped: true }));
  await scene.until(({ state, pid }) => state === 'stopped' && pid === 0);
  assert.equal(config(scene), 'first\n');
  await scene.want();
  for (let tries = 0; scene.report?.converged !== true || scene.report.units.length > 0; tries++) {
    assert.ok(tries < 200, JSON.stringify(scene.report));
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  assert.equal(existsSync(`${scene.layout.etc}/prometheus`), false);
  assert.equal(readFileSync(`${scene.layout.var}/prometheus/samples`, 'utf8'), 'precious');
});

test('a download that does not come on holds no other unit up; an operator restarts that one meanwhile', async () => {
  await using scene = new AgentScene();
  const [release, lost, port, another] = [
    await scene.release(),
    await scene.release('2.0.0'),
    await freePort(),
    await freePort(),
  ];
  const fetchRelease = scene.fetchRelease;
  scene.fetchRelease = (sha256, offset, signal) =>
    sha256 === lost.release.sha256
      ? (async function* () {
          yield lost.archive.subarray(0, 100);
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
        })()
      : fetchRelease(sha256, offset, signal);
  await scene.start();
  await scene.want(
    fakeUnit({ release, port }),
    fakeUnit({ release: lost, port: another }, { name: 'second', user: 'second' }),
  );
  const { pid } = await scene.until(({ state }) => state === 'ready');
  const waiting = await scene.until(({ activity }) => activity !== undefined, 'second');
  assert.deepEqual(
    [waiting.state, waiting.activity?.step, waiting.activity?.total],
    ['installing', 'downloading', lost.release.size],
  );
  await operate(scene.agent.host, scene.agent.loop, scene.agent.wanted() ?? [], {
    id: '1',
    verb: 'restart',
    unit: 'prometheus',
    acceptLoss: false,
  });
  assert.notEqual((await scene.until((unit) => unit.state === 'ready' && unit.pid !== pid)).pid, pid);
});

test('what is refused of a unit that runs shows it as failed, each reason once, and leaves it running', async () => {
  await using scene = new AgentScene();
  const [release, port] = [await scene.release(), await freePort()];
  await scene.start();
  const unit = fakeUnit({ release, port });
  await scene.want(unit);
  const { pid } = await scene.untilDone();
  const path = '/x y/metrics';
  const [probe] = unit.ready;
  await scene.want({
    ...unit,
    ready: probe ? [probe, { ...probe, path }] : [],
    reload: unit.reload && { ...unit.reload, metricsPath: path },
  });
  const report = await scene.until(({ state }) => state === 'failed');
  assert.equal(
    report.message,
    'cannot run "prometheus": "/x y/metrics" is no HTTP path\nwhat runs already runs on, unchanged',
  );
  assert.equal(report.pid, pid);
});

test('what this agent refuses is said and never done', async () => {
  await using scene = new AgentScene();
  const [release, port] = [await scene.release(), await freePort()];
  await scene.start();
  await scene.want(fakeUnit({ release, port }, { user: 'root' }));
  const unit = await scene.until(({ state }) => state === 'failed');
  assert.match(unit.message, /cannot run "prometheus": it would run as root/);
  assert.deepEqual(scene.fetched, []);
  assert.equal(existsSync(scene.layout.etc), false);
  await scene.want(fakeUnit({ release, port }, { name: '../../evil' }));
  await scene.until(({ state }) => state === 'failed', '../../evil');
  const reload = { id: '1', verb: 'reload', unit: '../../evil', acceptLoss: false };
  await assert.rejects(
    operate(scene.agent.host, scene.agent.loop, scene.agent.wanted() ?? [], reload),
    /a unit name is lower-case letters/,
  );
  assert.equal(existsSync(`${scene.home}/evil.json`), false);
});
