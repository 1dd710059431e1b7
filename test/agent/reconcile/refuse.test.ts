import assert from 'node:assert/strict';
import { test } from 'vitest';
import { refuseUnits } from '../../../agent/reconcile/refuse.ts';
import { type Losses, type SpecFile, STRICT, type UnitSpec } from '../../../proto/spec.ts';
import { someUnit } from '../../support/unit-specs.ts';

const refusals = (...units: UnitSpec[]) => refuseUnits({ revision: { epoch: 1, number: 1 }, units });
const { release, stop, files, reload } = someUnit();
const file = (path: string, live = false): SpecFile => ({ path, content: Buffer.alloc(0), live });
const bind = (from: string, to: string) => ({ ...STRICT, binds: [{ from, to }] });
const port = (number: number) => [{ number, protocol: 'tcp', use: 'http' }];

test('a sound unit is not refused', () => {
  const given = { ...bind('share/am', '/usr/share/prometheus/alertmanager'), capabilities: ['CAP_NET_RAW'] };
  assert.deepEqual(refusals(someUnit({ sandbox: { ...given, wholeProc: true } })), [[]]);
  assert.deepEqual(refusals(someUnit(), someUnit({ name: 'thanos-store', user: 'thanos-store', files: [] })), [[], []]);
});

const losses: Losses = {
  port: 9090,
  metricsPath: '/metrics',
  lostMetrics: ['lost'],
  storedMetric: 'stored',
  directory: '{var}/data',
  rescue: undefined,
};
const script = {
  name: 'a',
  file: 'prometheus.yml',
  everySeconds: 60,
  timeoutSeconds: 20,
  output: 'a.prom',
  status: 's.prom',
};
const REFUSED: readonly [string, Partial<UnitSpec>, RegExp][] = [
  ['root', { user: 'root' }, /it would run as root, and no unit may/],
  ['a user by number', { user: '0' }, /no user name/],
  ['no user', { user: '' }, /no user name/],
  ['a system user', { user: 'daemon' }, /belongs to the system/],
  ['a user of systemd', { user: 'systemd-network' }, /belongs to the system/],
  ['a name with a path', { name: '../ssh' }, /unit name/],
  ['a reserved name', { name: 'ssh' }, /name ssh is reserved/],
  ['an empty name', { name: '' }, /unit name/],
  [
    'a program outside its release',
    { program: '../../bin/sh' },
    /the program "..\/..\/bin\/sh" lies outside its release/,
  ],
  ['an absolute program', { program: '/bin/sh' }, /lies outside its release/],
  ['no program', { program: '' }, /lies outside its release/],
  ['a check outside its release', { checks: [{ argv: ['/bin/sh', '-c', 'id'] }] }, /lies outside its release/],
  ['a check outside its release in disguise', { checks: [{ argv: ['{release}/../x'] }] }, /lies outside its release/],
  ['an empty check', { checks: [{ argv: [] }] }, /lies outside its release/],
  ['a file above', { files: [file('../passwd')] }, /lies outside its own directory/],
  ['an absolute file', { files: [file('/etc/passwd')] }, /lies outside its own directory/],
  ['a file named .', { files: [file('rules/.')] }, /lies outside its own directory/],
  ['our own names', { files: [file('.current')] }, /reserved/],
  ['a file twice', { files: [file('a.yml'), file('a.yml')] }, /there twice/],
  ['a file that is a directory', { files: [file('a'), file('a/b')] }, /both a file and a directory/],
  [
    'a directory half live',
    { files: [file('a/x'), file('a/y', true)] },
    /is watched, and shares a with files that are not/,
  ],
  ['port 0', { ports: port(0) }, /0 is no port/],
  ['a port too high', { ports: port(65_536) }, /65536 is no port/],
  ['no digest', { release: { ...release, sha256: 'latest' } }, /no sha256/],
  ['a version with a path', { release: { ...release, version: '../../x' } }, /part of a release/],
  ['a stop that kills', { stop: { ...stop, signal: 'SIGKILL' } }, /no signal/],
  ['a preloaded library', { env: { LD_PRELOAD: '{var}/x.so' } }, /LD_PRELOAD could make it run something else/],
  ['a mark of ours', { env: { PROMFLEET_LAUNCH: 'x' } }, /PROMFLEET_LAUNCH is reserved/],
  ['a NUL', { argv: ['a\0b'] }, /NUL/],
  [
    'the rights of an administrator',
    { sandbox: { ...STRICT, capabilities: ['CAP_SYS_ADMIN'] } },
    /"CAP_SYS_ADMIN" is given to no unit/,
  ],
  [
    'a capability in disguise',
    { sandbox: { ...STRICT, capabilities: ['CAP_NET_RAW\nUser=root'] } },
    /is given to no unit/,
  ],
  ['a bind of another release', { sandbox: bind('../other/share', '/usr/share/x') }, /outside its release/],
  ['a bind of the whole disk', { sandbox: bind('/', '/usr/share/x') }, /outside its release/],
  ['a bind over the system', { sandbox: bind('share', '/etc/ssl') }, /only to what lies below \/usr\/share/],
  ['a bind that climbs', { sandbox: bind('share', '/usr/share/../bin') }, /only to what lies below/],
  ['a bind over all that is shared', { sandbox: bind('share', '/usr/share') }, /only to what lies below/],
  ['a bind with options', { sandbox: bind('share', '/usr/share/x:rbind') }, /only to what lies below/],
  [
    'a bind in a bind',
    { sandbox: { ...STRICT, binds: [...bind('a', '/usr/share/x').binds, ...bind('b', '/usr/share/x/y').binds] } },
    /would be bound inside "\/usr\/share\/x"/,
  ],
  ['losses that are counted elsewhere', { losses: { ...losses, metricsPath: 'http://elsewhere' } }, /no HTTP path/],
  ['losses of another’s data', { losses: { ...losses, directory: '{var}/../other' } }, /is not its own/],
  ['losses anywhere', { losses: { ...losses, directory: '/var/lib' } }, /is not its own/],
  ['a script that writes elsewhere', { scripts: [{ ...script, output: '../x.prom' }] }, /would write to "..\/x.prom"/],
  [
    'a script whose metrics go elsewhere',
    { scripts: [{ ...script, status: '/etc/cron.d/x' }] },
    /no name of a textfile/,
  ],
  ['a script that is none of its files', { scripts: [{ ...script, file: '../../x.sh' }] }, /is none of its files/],
  ['a script without end', { scripts: [{ ...script, everySeconds: 0 }] }, /would run every 0 s/],
  ['a path that is none', { reload: reload && { ...reload, metricsPath: 'http://elsewhere' } }, /no HTTP path/],
];
for (const [what, change, says] of REFUSED) {
  test(`${what} is refused`, () => {
    const [reasons] = refusals(someUnit({ files, ...change }));
    assert.equal(reasons?.filter((reason) => says.test(reason)).length, 1, JSON.stringify(reasons));
  });
}

test('of two units with one name the second is refused', () => {
  const [first, second] = refusals(someUnit(), someUnit());
  assert.deepEqual(first, []);
  assert.match(second?.[0] ?? '', /the name prometheus is taken by another unit/);
});
