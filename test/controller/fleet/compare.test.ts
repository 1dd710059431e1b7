import assert from 'node:assert/strict';
import { test } from 'vitest';
import { compareSpecs } from '../../../controller/fleet/compare.ts';
import { writeTargets } from '../../../controller/fleet/target-file.ts';
import { type SpecFile, STRICT, type UnitSpec } from '../../../proto/spec.ts';
import { release, unitSpec } from '../../support/samples.ts';

const file = (path: string, content: string, live = false): SpecFile => ({ path, content: Buffer.from(content), live });
const reloadable = unitSpec({
  reload: { signal: 'SIGHUP', metricsPath: '/metrics', port: 9090, successMetric: 's', timestampMetric: 't' },
});

function compare(before: UnitSpec | undefined, after: UnitSpec | undefined): string {
  const specs = (unit: UnitSpec | undefined) => new Map([['h', { units: unit ? [unit] : [] }]]);
  const [change] = compareSpecs(specs(before), specs(after)).units;
  return `${change?.action}: ${change?.why.join('; ')}`;
}

test('each difference is what it costs, with its reason', () => {
  const unit = reloadable;
  const cases: readonly [Partial<UnitSpec>, string][] = [
    [{}, 'nothing: '],
    [{ release: { ...release, version: '3.6.0', sha256: 'c' } }, 'restart: version 3.5.5 → 3.6.0'],
    [{ release: { ...release, build: 'debian 3.5.5-1', sha256: 'c' } }, 'restart: build upstream → debian 3.5.5-1'],
    [{ release: { ...release, sha256: 'c'.repeat(64) } }, 'restart: another archive of 3.5.5 (cccccccccccc)'],
    [{ argv: [...unit.argv, '--web.enable-lifecycle'] }, 'restart: flag --web.enable-lifecycle added'],
    [{ argv: [] }, 'restart: flag --config.file={etc}/prometheus.yml removed'],
    [{ argv: ['--config.file=/x'] }, 'restart: flag --config.file={etc}/prometheus.yml → /x'],
    [{ env: { TZ: 'CET', A: '1' } }, 'restart: environment: A added; environment: TZ changed'],
    [{ user: 'other' }, 'restart: user prometheus → other'],
    [{ limits: { memoryBytes: 1, openFiles: 65_536 } }, 'restart: memory limit changed'],
    [{ sandbox: { ...STRICT, netlink: true } }, 'restart: what it may reach on its host changed'],
    [{ files: [file('prometheus.yml', 'global: {a: 1}\n')] }, 'reload: config changed: prometheus.yml'],
    [{ files: [...unit.files, file('rules/a.yml', '')] }, 'reload: file added: rules/a.yml'],
    [{ files: [] }, 'reload: file removed: prometheus.yml'],
    [{ files: [...unit.files, file('targets/a.json', '[]', true)] }, 'update: file added: targets/a.json'],
    [{ ready: [] }, 'update: changed: how readiness is probed'],
    [{ reportDrift: true }, 'update: changed: what happens to changes by hand'],
    [{ stopped: true }, 'stop: stopped by an operator'],
  ];
  for (const [patch, expected] of cases) assert.equal(compare(unit, { ...unit, ...patch }), expected);
  assert.equal(compare(undefined, unit), 'install: new on this host');
  assert.equal(compare(unit, undefined), 'remove: no longer in the fleet; its data is kept');
  assert.equal(compare({ ...unit, stopped: true }, unit), 'start: no longer stopped by an operator');
  assert.equal(
    compare({ ...unit, stopped: true }, { ...unit, stopped: true, env: {} }),
    'update: environment: TZ removed; it is stopped: this takes effect when it is started',
  );
});

test('what can not reload is restarted for a new config', () => {
  const changed = { ...unitSpec(), files: [file('prometheus.yml', 'x: 1\n')] };
  assert.equal(
    compare(unitSpec(), changed),
    "restart: config changed: prometheus.yml; prometheus can't reload its configuration",
  );
});

test('configuration and rules are shown as diffs, what may be secret is not', () => {
  const before = { ...reloadable, files: [file('prometheus.yml', 'a: 1\nb: 2\n'), file('files/password', 'old')] };
  const after = { ...reloadable, files: [file('prometheus.yml', 'a: 1\nb: 3\n'), file('files/password', 'new')] };
  const plan = compareSpecs(new Map([['h', { units: [before] }]]), new Map([['h', { units: [after] }]]));
  assert.equal(plan.units[0]?.diff, '--- prometheus.yml\n+++ prometheus.yml\n@@ -1,2 +1,2 @@\n a: 1\n-b: 2\n+b: 3\n');
  assert.deepEqual(plan.units[0]?.why, ['config changed: prometheus.yml', 'config changed: files/password']);
});

test('targets come and go by job, once for replicas that see the same; removals come first', () => {
  const job = (...instances: string[]): SpecFile => ({
    path: 'targets/node.json',
    live: true,
    content: writeTargets(instances.map((instance) => ({ address: `10.0.0.1:1`, labels: { instance } }))),
  });
  const host = (...files: SpecFile[]) => ({ units: [{ ...reloadable, files }] });
  const old = new Map([
    ['a', host(job('x:1', 'y:1'))],
    ['b', host(job('x:1', 'y:1'))],
    ['z', host()],
  ]);
  const now = new Map([
    ['a', host(job('x:1', 'w:1'))],
    ['b', host(job('x:1', 'w:1'))],
    ['z', { units: [] }],
  ]);
  const plan = compareSpecs(old, now);
  assert.deepEqual(plan.targets, [
    { prometheus: 'prometheus@a, prometheus@b', job: 'node', gained: ['w:1'], lost: ['y:1'] },
  ]);
  assert.deepEqual(
    plan.units.map((unit) => `${unit.action} ${unit.host}`),
    ['remove z', 'update a', 'update b'],
  );
  assert.equal(plan.changes, true);
  assert.equal(compareSpecs(old, old).changes, false);
});
