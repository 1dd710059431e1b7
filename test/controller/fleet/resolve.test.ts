import assert from 'node:assert/strict';
import { test } from 'vitest';
import { buildInventory } from '../../../controller/fleet/inventory.ts';
import { placeUnits } from '../../../controller/fleet/place-units.ts';
import { renderUnits } from '../../../controller/fleet/render-units.ts';
import { mixedBuilds, type ReadyUnit, resolveSpecs } from '../../../controller/fleet/resolve.ts';
import { type Release, STRICT, type UnitSpec } from '../../../proto/spec.ts';
import { enrolled, readFiles, showFindings } from '../../support/fleet-folder.ts';
import { release } from '../../support/samples.ts';

function resolve(text: string, releaseOn: (host: string) => Release = () => release) {
  const { fleet, findings } = readFiles({ 'fleet.yml': text });
  assert.equal(showFindings(findings), '');
  const inventory = buildInventory(fleet, enrolled({ a: {}, b: {} }));
  const placed = placeUnits(fleet, inventory, [], false);
  const units = placed.units.map(
    (unit): ReadyUnit => ({ placed: unit, release: releaseOn(unit.host.name), rendered: undefined }),
  );
  return { units, specs: resolveSpecs(inventory, units, []) };
}

const unitOf = (text: string): UnitSpec => {
  const unit = resolve(text).specs.get('a')?.units[0];
  assert.ok(unit);
  return unit;
};

test('flags become words: true and false have their own form, lists repeat, and their order says nothing', () => {
  const flags = (written: string): readonly string[] =>
    unitOf(`kind: Exporter\nname: node\ncomponent: node_exporter\nhosts: [a]\nflags: ${written}\n`).argv;
  assert.deepEqual(
    flags('{ log.level: debug, collector.wifi: false, web.max-requests: 3, a: true, path.x: [one, two words] }'),
    [
      '--web.listen-address=:9100',
      '--collector.textfile.directory={var}',
      '--a',
      '--no-collector.wifi',
      '--log.level=debug',
      '--path.x=one',
      '--path.x=two words',
      '--web.max-requests=3',
    ],
  );
  assert.deepEqual(flags('{ b: 1, a: 2 }'), flags('{ a: 2, b: 1 }'));
});

test('a unit has its own name, user, port, address, limits and drift', () => {
  const unit = unitOf(`kind: Prometheus
name: edge
unit: edge
port: 9191
listen: 127.0.0.1
retention: { time: 15d, size: 10GB }
limits: { memory: 2GB }
env: { GOGC: "50" }
drift: report
flags: { web.external-url: "https://example.com/prom/" }
`);
  assert.deepEqual(
    [unit.name, unit.user, unit.program, unit.reportDrift, unit.env],
    ['edge', 'edge', 'prometheus', true, { GOGC: '50' }],
  );
  assert.deepEqual(unit.limits, { memoryBytes: 2 * 1024 ** 3, openFiles: 65_536 });
  assert.deepEqual(unit.argv, [
    '--config.file={etc}/prometheus.yml',
    '--storage.tsdb.path={var}/data',
    '--web.listen-address=127.0.0.1:9191',
    '--enable-feature=memory-snapshot-on-shutdown',
    '--storage.tsdb.retention.time=15d',
    '--storage.tsdb.retention.size=10GB',
    '--web.external-url=https://example.com/prom/',
  ]);
  assert.deepEqual(
    [unit.ready.map((probe) => probe.path), unit.reload?.metricsPath],
    [['/prom/-/ready'], '/prom/metrics'],
  );
  assert.deepEqual(unit.ports, [{ number: 9191, protocol: 'tcp', use: 'http' }]);
});

test('a unit is given what its component needs, and what its configuration takes beside that', () => {
  const { units } = resolve('kind: Exporter\nname: bb\ncomponent: blackbox_exporter\nhosts: [a]\n');
  const [bare] = units;
  assert.ok(bare);
  const { fleet } = readFiles({ 'fleet.yml': 'kind: Exporter\nname: bb\ncomponent: blackbox_exporter\nhosts: [a]\n' });
  const inventory = buildInventory(fleet, enrolled({ a: {} }));
  const given = (unit: ReadyUnit) => resolveSpecs(inventory, [unit], []).get('a')?.units[0]?.sandbox;
  assert.deepEqual(given(bare), bare.placed.component.sandbox);
  const rendered = renderUnits(fleet, [bare.placed]).get(bare.placed);
  assert.deepEqual(given({ ...bare, rendered })?.capabilities, ['CAP_NET_RAW']);
  const node = unitOf('kind: Exporter\nname: node\ncomponent: node_exporter\nhosts: [a]\n').sandbox;
  assert.deepEqual(node, { ...STRICT, wholeProc: true, readHomes: true, netlink: true, readClock: true });
});

test('a host with nothing to run has a spec that says so', () => {
  assert.deepEqual(resolve('kind: Prometheus\nname: main\n').specs.get('b'), { units: [] });
});

test('a pair is never of two builds', () => {
  const pair = 'kind: Prometheus\nname: main\nreplicas: 2\nversion: "3.5.5"\n';
  assert.deepEqual(mixedBuilds(resolve(pair).units), []);
  const mixed = resolve(pair, (host) =>
    host === 'a' ? release : { ...release, arch: 'arm64', build: 'debian 3.5.5-1' },
  );
  assert.equal(
    showFindings(mixedBuilds(mixed.units)),
    `fleet.yml:4:10: the replicas of Prometheus main would be of different builds: a (amd64): upstream, b (arm64): debian 3.5.5-1
    write a version, or \`artifacts: { sources: … }\`, that has one build for every architecture`,
  );
});
