import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test as oneByOne } from 'vitest';
import { refuseUnits } from '../../agent/reconcile/refuse.ts';
import { wantedUnits } from '../../agent/reconcile/wanted.ts';
import { SpecStore } from '../../agent/state/spec-file.ts';
import type { SecretValue } from '../../proto/secrets.ts';
import type { UnitSpec } from '../../proto/spec.ts';
import { freePorts } from '../support/free-port.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { someUnit } from '../support/unit-specs.ts';
import { AgentScene, fakeUnit, loaded } from './agent-scene.ts';

/** They mostly wait for real programs. */
const test = oneByOne.concurrent;
const freePort = async () => (await freePorts(1))[0] as number;

const CONFIG = {
  path: 'prometheus.yml',
  content: Buffer.from('x ${secret:pw}\n'),
  live: false,
  secret: 'verbatim',
} as const;
const valueOf = (value: string, version: string): SecretValue => ({ name: 'pw', version, value });

/** A unit whose config holds the secret in that version. */
async function scene() {
  const at = new AgentScene();
  const [release, port] = [await at.release(), await freePort()];
  await at.start();
  let number = 0;
  const unit = (version: string, change: Partial<UnitSpec> = {}) =>
    fakeUnit({ release, port }, { files: [CONFIG], secrets: [{ name: 'pw', version }], ...change });
  return Object.assign(at, {
    port,
    file: `${at.layout.etc}/prometheus/prometheus.yml`,
    unit,
    give(value: string, version: string, change: Partial<UnitSpec> = {}) {
      const spec = { revision: { epoch: 1, number: ++number }, units: [unit(version, change)] };
      return at.agent.accept({ ...spec, secrets: [valueOf(value, version)] });
    },
    done: () =>
      at.until((unit, report) => report.revision.number === number && report.converged && unit.state === 'ready'),
  });
}

test('a value is put in on the host, for the unit alone; another one comes as a reload', async () => {
  await using at = await scene();
  await at.give('hunter2', '1.a');
  const { pid } = await at.done();
  assert.equal((await loaded(at.port)).config, 'x hunter2\n');
  assert.equal(statSync(at.file).mode & 0o007, 0);
  assert.equal(statSync(`${at.layout.state}/spec.json`).mode & 0o777, 0o600);

  await at.give('hunter3', '2.b');
  assert.equal((await at.done()).pid, pid);
  assert.deepEqual(await loaded(at.port), { config: 'x hunter3\n', reloads: 1, label: '' });
  // The old value is in no file that a unit's user can read.
  assert.doesNotMatch(readAll(at.layout.etc), /hunter2/);
  assert.doesNotMatch(JSON.stringify(at.report), /hunter[23]/);
});

test('what is said of a value is scrubbed of the one before it, too; what no unit here names is forgotten', async () => {
  using directory = temporaryDirectory();
  const specs = new SpecStore(directory.path);
  const unit = someUnit({ files: [CONFIG], secrets: [{ name: 'pw', version: '2.b' }] });
  const first = { ...unit, secrets: [{ name: 'pw', version: '1.a' }] };
  await specs.accept({ revision: { epoch: 1, number: 1 }, units: [first], secrets: [valueOf('hunter2', '1.a')] });
  await specs.accept({ revision: { epoch: 1, number: 2 }, units: [unit], secrets: [valueOf('hunter3', '2.b')] });
  assert.equal(specs.scrub('hunter2 hunter3'), '${secret:pw} ${secret:pw}');
  await specs.accept({ revision: { epoch: 1, number: 3 }, units: [] });
  assert.doesNotMatch(readFileSync(`${directory.path}/spec.json`, 'utf8'), /hunter/);
});

test('a refused value goes back to the one before it, which is told without either', async () => {
  await using at = await scene();
  await at.give('hunter2', '1.a');
  const { pid } = await at.done();
  await at.give('bad hunter3', '2.b');
  const refused = await at.until(({ message, activity }) => message.includes('the previous one runs on') && !activity);
  assert.equal(refused.pid, pid);
  await at.until(({ loadedDigest, configDigest }) => loadedDigest === configDigest);
  assert.equal(readFileSync(at.file, 'utf8'), 'x hunter2\n');
  assert.doesNotMatch(JSON.stringify(at.report), /hunter/);
});

test('what is changed by hand is put back, also without a controller and with a new agent', async () => {
  await using at = await scene();
  await at.give('hunter2', '1.a');
  await at.done();
  await at.stop();
  rmSync(at.file);
  writeFileSync(at.file, 'mine\n');
  await at.start();
  await at.until(() => readFileSync(at.file, 'utf8') === 'x hunter2\n');
});

test('an edit is told from the file that holds a secret as it was written', async () => {
  await using at = await scene();
  await at.give('hunter2', '1.a', { reportDrift: true });
  assert.equal((await at.done()).drift, '');
  writeFileSync(at.file, 'x mine\n');
  at.agent.loop.retryNow();
  await at.until(({ drift }) => drift === 'changed by hand: prometheus.yml');
});

test('what its tool says of a value is told without it', async () => {
  await using at = await scene();
  await at.give('line 1: it is invalid', '1.a');
  const { message } = await at.until((unit) => unit.state === 'failed');
  assert.match(message, /\$\{secret:pw\}/);
  assert.doesNotMatch(message, /invalid/);
});

const NONE: readonly SecretValue[] = [];
test.each([
  ['a value that did not come', {}, NONE, /the value of its secret pw did not come with it/],
  ['one of another version', {}, [valueOf('x', '0.z')], /the value of its secret pw did not come/],
  ['a name that is none', { secrets: [{ name: '../x', version: '1' }] }, NONE, /"\.\.\/x" is no name of a secret/],
  ['a file that is watched', { files: [{ ...CONFIG, live: true }] }, undefined, /is watched, and can’t hold secrets/],
  ['an unknown form', { files: [{ ...CONFIG, secret: 'base64' }] }, undefined, /is not known to this agent/],
  ['too many', { secrets: Array.from({ length: 1_001 }, () => ({ name: 'a', version: '1' })) }, NONE, /more than 1000/],
  [
    'a value that is repeated without end',
    { files: [{ ...CONFIG, content: Buffer.from('${secret:pw}'.repeat(100_000)) }] },
    [valueOf('x'.repeat(60_000), '1.a')],
    /too large once their secrets are in them/,
  ],
] as const)('an agent refuses %s', (_, change, secrets = [valueOf('hunter2', '1.a')], reason) => {
  const unit = someUnit({
    files: [CONFIG],
    secrets: [{ name: 'pw', version: '1.a' }],
    ...(change as Partial<UnitSpec>),
  });
  const spec = { revision: { epoch: 1, number: 1 }, units: [unit], secrets };
  assert.match(refuseUnits(spec).flat().join('\n'), reason);
  // And writes nothing of it.
  assert.deepEqual(wantedUnits(spec)[0]?.files, unit.files);
});

const readAll = (directory: string): string =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
