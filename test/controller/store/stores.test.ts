import assert from 'node:assert/strict';
import { test } from 'vitest';
import { commitTo } from '../../../controller/events/commit.ts';
import type { Live } from '../../../controller/events/event.ts';
import { EventStream } from '../../../controller/events/stream.ts';
import { openDatabase } from '../../../controller/store/database.ts';
import type { HostRow } from '../../../controller/store/hosts.ts';
import type { JoinTokenRow } from '../../../controller/store/join-tokens.ts';
import type { OperatorRow } from '../../../controller/store/operators.ts';
import type { StoredRevision } from '../../../controller/store/revisions.ts';
import { openStores } from '../../../controller/store/stores.ts';
import { specDigest } from '../../../proto/digest.ts';
import { facts, hostReport, hostSpec, release, unitReport, unitSpec } from '../../support/samples.ts';

const open = () => openStores(openDatabase(':memory:'));
const host = (patch: Partial<HostRow> = {}): HostRow => ({
  name: 'db-1',
  keyFingerprint: 'k1',
  certificateUntil: 5,
  certificateAuthority: 'a',
  tokenLabels: { env: 'prod' },
  labels: { role: 'db' },
  facts,
  enrolledAt: 1,
  enrolledBy: 't1',
  lastSeenAt: undefined,
  removedAt: undefined,
  ...patch,
});

test('hosts come back as they were put, by name', () => {
  const { hosts } = open();
  hosts.insert(host({ name: 'z', keyFingerprint: 'k2' }));
  hosts.insert(host());
  assert.deepEqual(
    hosts.all().map((row) => row.name),
    ['db-1', 'z'],
  );
  assert.deepEqual(hosts.find('db-1'), host());
  hosts.update('db-1', { lastSeenAt: 9, labels: {} });
  assert.deepEqual(hosts.byKey('k1'), host({ lastSeenAt: 9, labels: {} }));
  assert.throws(() => hosts.insert(host({ keyFingerprint: 'other' })), /UNIQUE/);
  assert.throws(() => hosts.insert(host({ name: 'other' })), /UNIQUE/);
});

test('a removed host is known by its key alone, and makes room for a new one of its name', () => {
  const { hosts } = open();
  hosts.insert(host());
  hosts.update('db-1', { removedAt: 7 });
  assert.equal(hosts.find('db-1'), undefined);
  assert.deepEqual(hosts.all(), []);
  assert.equal(hosts.byKey('k1')?.removedAt, 7);
  hosts.insert(host({ keyFingerprint: 'k9' }));
  assert.equal(hosts.find('db-1')?.keyFingerprint, 'k9');
  assert.equal(hosts.byKey('k1'), undefined);
});

const stored = (epoch: number, number: number): StoredRevision => ({
  revision: { epoch, number },
  createdAtMs: 5,
  actor: 'root',
  cause: 'apply',
  note: 'first',
  locks: { 'prometheus|3.5.5|amd64': release },
  overrides: [{ host: 'db-1', unit: 'prometheus', stopped: true, actor: 'bob', createdAtMs: 3 }],
  restored: number > 1 ? { epoch, number: number - 1 } : undefined,
});

test('revisions are ordered by epoch, then number, and keep their folders whole', () => {
  const { revisions } = open();
  assert.equal(revisions.latest(), undefined);
  const file = { folder: 'prod', path: 'rules/a.yml', content: Buffer.from([0, 255, 10]) };
  revisions.insert(stored(1, 10), [file, { ...file, path: 'fleet.yml' }]);
  revisions.insert(stored(2, 1), [file]);
  revisions.insert(stored(1, 2), []);
  assert.deepEqual(revisions.latest(), stored(2, 1));
  assert.deepEqual(revisions.find({ epoch: 1, number: 10 }), stored(1, 10));
  assert.equal(revisions.find({ epoch: 3, number: 1 }), undefined);
  assert.deepEqual(
    revisions.list(2).map((row) => row.revision),
    [stored(2, 1).revision, stored(1, 10).revision],
  );
  assert.deepEqual(revisions.files({ epoch: 1, number: 10 }), [{ ...file, path: 'fleet.yml' }, file]);
  assert.throws(() => revisions.insert(stored(2, 1), []), /UNIQUE/);
});

test('an empty file is a file', () => {
  const { revisions } = open();
  const empty = { folder: 'f', path: 'empty', content: Buffer.alloc(0) };
  revisions.insert(stored(1, 1), [empty]);
  assert.deepEqual(revisions.files({ epoch: 1, number: 1 }), [empty]);
});

test('a revision that cannot be stored whole is not stored at all', () => {
  const { revisions } = open();
  const file = { folder: 'f', path: 'p', content: Buffer.from('x') };
  assert.throws(() => revisions.insert(stored(1, 1), [file, file]), /UNIQUE/);
  assert.equal(revisions.latest(), undefined);
});

test('placements are replaced whole; overrides by host and unit', () => {
  const { placements, overrides } = open();
  const placement = { kind: 'Prometheus', name: 'main', host: 'b', ordinal: 0 };
  placements.replace([placement, { ...placement, host: 'a', ordinal: 1 }]);
  placements.replace([placement]);
  assert.deepEqual(placements.all(), [placement]);
  const override = { host: 'a', unit: 'prometheus', stopped: true, actor: 'root', createdAtMs: 1 };
  overrides.put(override);
  overrides.put({ ...override, stopped: false, actor: 'ann' });
  overrides.put({ ...override, host: 'b' });
  assert.deepEqual(overrides.all(), [
    { ...override, stopped: false, actor: 'ann' },
    { ...override, host: 'b' },
  ]);
  overrides.remove('a', 'prometheus');
  assert.deepEqual(
    overrides.all().map((row) => row.host),
    ['b'],
  );
  overrides.clear();
  assert.deepEqual(overrides.all(), []);
});

test('a spec comes back byte for byte, with its digest', () => {
  const { specs } = open();
  const reload = { signal: 'SIGHUP', metricsPath: '/metrics', port: 1, successMetric: 's', timestampMetric: 't' };
  const bytes = { path: 'targets/a.json', content: Buffer.from([0, 1, 254, 255]), live: true };
  const spec = hostSpec({
    revision: { epoch: 2, number: 2 ** 40 },
    units: [unitSpec({ files: [bytes] }), unitSpec({ name: 'b', reload })],
  });
  specs.put('a', spec);
  assert.deepEqual(specs.find('a'), { spec, digest: specDigest(spec) });
  assert.equal(specDigest(specs.find('a')?.spec ?? hostSpec()), specDigest(spec));
  specs.put('a', hostSpec());
  assert.deepEqual(specs.all(), new Map([['a', { spec: hostSpec(), digest: specDigest(hostSpec()) }]]));
  specs.remove('a');
  assert.equal(specs.find('a'), undefined);
});

test('a report comes back as it was heard', () => {
  const { reports } = open();
  const activity = { step: 'downloading', done: 3, total: 10 };
  const report = hostReport({
    units: [unitReport(), unitReport({ name: 'b', state: 'installing', activity, lastLines: ['x'] })],
    problems: [{ code: 'p', message: 'm', hint: 'h' }],
    atMs: 1.5,
  });
  reports.put('a', 7, hostReport());
  reports.put('a', 8, report);
  assert.deepEqual(reports.find('a'), { receivedAtMs: 8, report });
  assert.deepEqual(reports.all(), new Map([['a', { receivedAtMs: 8, report }]]));
  reports.remove('a');
  assert.equal(reports.find('a'), undefined);
});

test('a release is its digest', () => {
  const { releases } = open();
  const kept = { ...release, source: 'github', fetchedAtMs: 5 };
  releases.insert(kept);
  releases.insert({ ...kept, source: 'mirror' });
  releases.insert({ ...kept, sha256: 'cd', build: 'debian 3.5.5-1', fetchedAtMs: 4 });
  assert.deepEqual(releases.bySha256(release.sha256), kept);
  assert.equal(releases.bySha256('none'), undefined);
  assert.deepEqual(
    releases.find('prometheus', '3.5.5', 'amd64').map((row) => row.sha256),
    ['cd', release.sha256],
  );
  assert.deepEqual(releases.find('prometheus', '3.5.5', 'arm64'), []);
  assert.equal(releases.all().length, 2);
});

test('operators, by name and by credential', () => {
  const { operators } = open();
  const ann: OperatorRow = {
    name: 'ann',
    role: 'viewer',
    hash: 'h1',
    expiresAt: 9,
    createdAt: 1,
    createdBy: 'root',
    revokedAt: undefined,
  };
  operators.put(ann);
  operators.put({ ...ann, hash: 'h2' });
  assert.equal(operators.byHash('h1'), undefined);
  assert.deepEqual(operators.byHash('h2'), { ...ann, hash: 'h2' });
  assert.equal(operators.revoke('ann', 5), true);
  assert.equal(operators.revoke('ann', 6), false);
  assert.equal(operators.find('ann')?.revokedAt, 5);
  assert.equal(operators.all().length, 1);
  assert.throws(() => operators.put({ ...ann, role: 'god' as 'admin' }), /CHECK/);
});

test('a join token is spent once for every use', () => {
  const { joinTokens } = open();
  const token: JoinTokenRow = {
    id: 't1',
    hash: 'h',
    labels: { env: 'prod' },
    usesLeft: 1,
    expiresAt: 9,
    createdAt: 1,
    createdBy: 'root',
    revokedAt: undefined,
  };
  joinTokens.insert(token);
  assert.deepEqual(joinTokens.byHash('h'), token);
  assert.equal(joinTokens.spend('t1'), true);
  assert.equal(joinTokens.spend('t1'), false);
  assert.equal(joinTokens.revoke('t1', 4), true);
  assert.deepEqual(joinTokens.find('t1'), { ...token, usesLeft: 0, revokedAt: 4 });
  assert.equal(joinTokens.all().length, 1);
});

test('events and the audit are read in pages', () => {
  const db = openDatabase(':memory:');
  const { events, audit } = openStores(db);
  const commit = commitTo(db, new EventStream<Live>());
  for (const at of [1, 2, 3, 4]) {
    commit((record) => record({ at, kind: 'HostConnected', host: 'a', unit: '', message: '' }));
    audit.add({ at, actor: 'ann', action: 'PUT /v1/fleet', target: '', outcome: 'ok' });
  }
  const times = (rows: { at: number }[]) => rows.map((row) => row.at);
  assert.deepEqual(times(events.list({ limit: 2 })), [4, 3]);
  assert.deepEqual(times(events.list({ before: 3, limit: 5 })), [2, 1]);
  assert.deepEqual(times(events.list({ after: 2, limit: 1 })), [3]);
  assert.deepEqual(times(audit.list({ limit: 3 })), [4, 3, 2]);
  assert.deepEqual(times(audit.list({ before: 2, limit: 3 })), [1]);
  assert.equal(audit.list({ limit: 1 })[0]?.action, 'PUT /v1/fleet');
});

test('an epoch holds until an operator applies, and is never forgotten', () => {
  const { meta } = open();
  assert.equal(meta.epoch(), 1);
  assert.equal(meta.held(), false);
  meta.beginEpoch(4);
  assert.equal(meta.epoch(), 4);
  assert.equal(meta.held(), true);
  meta.endHold();
  assert.equal(meta.epoch(), 4);
  assert.equal(meta.held(), false);
});
