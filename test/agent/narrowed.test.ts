import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { test as oneByOne } from 'vitest';
import { operate } from '../../agent/reconcile/operate.ts';
import { freePorts } from '../support/free-port.ts';
import { AgentScene, fakeUnit } from './agent-scene.ts';

/** They mostly wait for real programs. */
const test = oneByOne.concurrent;
const freePort = async () => (await freePorts(1))[0] as number;

function narrow(scene: AgentScene, text: string): void {
  mkdirSync(`${scene.layout.etc}/promfleet`, { recursive: true });
  writeFileSync(`${scene.layout.etc}/promfleet/agent.yaml`, text, { mode: 0o644 });
}

test('what the host’s administrator does not allow is refused before anything is fetched, until he does', async () => {
  await using scene = new AgentScene();
  const [release, port] = [await scene.release(), await freePort()];
  narrow(scene, 'allow: { ports: [1-99] }');
  await scene.start();
  await scene.want(fakeUnit({ release, port }));
  const refused = await scene.until(({ state }) => state === 'failed');
  assert.equal(
    refused.message,
    `cannot run "prometheus": the port ${port} is not among those that agent.yaml allows (1-99)`,
  );
  assert.deepEqual(scene.fetched, []);
  assert.equal(scene.report?.converged, false);
  assert.deepEqual(scene.report?.facts.narrowing?.ports, ['1-99']);
  narrow(scene, `allow: { ports: [${port}] }`);
  await scene.untilDone();
});

test('what runs and is not allowed any more runs on unchanged; it is stopped where the host says so', async () => {
  await using scene = new AgentScene();
  const [release, port] = [await scene.release(), await freePort()];
  await scene.start();
  await scene.want(fakeUnit({ release, port }));
  const { pid } = await scene.untilDone();
  narrow(scene, 'allow: { units: [node_exporter] }');
  const kept = await scene.until(({ state }) => state === 'failed');
  assert.match(kept.message, /unit name "prometheus" is not among .*\nwhat runs already runs on, unchanged/);
  await scene.want(fakeUnit({ release, port, config: 'second' }));
  await scene.until((_, report) => report.revision.number === 2);
  assert.equal(scene.report?.units[0]?.pid, pid);
  narrow(scene, 'allow: { units: [node_exporter] }\non_refusal: stop\n');
  await scene.until((unit) => unit.pid === 0 && unit.activity === undefined);
  narrow(scene, 'allow: { units: [prometheus] }\non_refusal: stop\n');
  await scene.untilDone();
});

test('a file that can’t be used holds everything: no change, no log, no operation; mended, it goes on', async () => {
  await using scene = new AgentScene();
  const [release, port] = [await scene.release(), await freePort()];
  await scene.start();
  await scene.want(fakeUnit({ release, port }));
  const { pid } = await scene.untilDone();
  narrow(scene, 'alow: {}');
  await scene.until((_, report) => report.problems.some(({ code }) => code === 'settings_unusable'));
  const [problem] = scene.report?.problems ?? [];
  assert.match(problem?.message ?? '', /agent.yaml:1:1: there is no key `alow` here; did you mean `allow`\?/);
  assert.match(scene.agent.forbids('logs'), /nobody can tell what this host allows/);
  const { host, loop } = scene.agent;
  const restart = operate(host, loop, scene.agent.wanted() ?? [], {
    id: '1',
    verb: 'restart',
    unit: 'prometheus',
    acceptLoss: false,
  });
  await assert.rejects(restart, /cannot restart prometheus: cannot use/);
  // Not even what the spec does not want any more is touched.
  await scene.want(fakeUnit({ release, port: await freePort() }, { name: 'other', user: 'other' }));
  await scene.until((_, report) => report.revision.number === 2, 'other');
  assert.equal(scene.report?.units.find(({ name }) => name === 'prometheus')?.pid, pid);
  assert.equal(scene.report?.units.find(({ name }) => name === 'other')?.state, 'absent');
  assert.equal(scene.report?.converged, false);
  narrow(scene, 'allow: {}');
  await scene.untilDone('other');
  assert.deepEqual(scene.report?.problems, []);
});

test('scripts are refused where programs alone are allowed, and logs and queries where they are kept', async () => {
  await using scene = new AgentScene();
  const [release, port] = [await scene.release(), await freePort()];
  narrow(scene, 'address: db-1.example\nallow: { scripts: false, logs: false, queries: false }');
  await scene.start();
  await scene.want(fakeUnit({ release, port }));
  const { message } = await scene.until(({ state }) => state === 'failed');
  assert.match(message, /cannot run "prometheus": .*promtool is a script, and agent.yaml allows none/);
  assert.match(scene.agent.forbids('logs'), /agent.yaml on this host allows no logs/);
  assert.match(scene.agent.forbids('queries'), /allows no queries/);
  assert.equal(scene.report?.facts.ownAddress, 'db-1.example');
});

test('a unit is not called ready because something else answers on a port that it names', async () => {
  await using scene = new AgentScene();
  const [release, [port = 0, other = 0]] = [await scene.release(), await freePorts(2)];
  await scene.start();
  await scene.want(fakeUnit({ release, port: other }));
  await scene.untilDone();
  const ports = [port, other].map((number) => ({ number, protocol: 'tcp', use: 'http' }));
  const ready = [{ name: 'ready', port: other, path: '/-/ready', status: 200, metric: '', above: 0 }];
  const spied = fakeUnit({ release, port }, { name: 'spy', user: 'spy', ports: ports.slice(0, 1), ready: [] });
  const first = fakeUnit({ release, port: other });
  await scene.want(first, spied);
  await scene.untilDone('spy');
  await scene.want(first, { ...spied, ports, ready });
  const { message } = await scene.until(({ state }) => state !== 'ready', 'spy');
  assert.equal(message, `not “ready” yet: it does not listen on port ${other}`);
});
