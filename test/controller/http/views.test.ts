import assert from 'node:assert/strict';
import { test } from 'vitest';
import { statusView } from '../../../controller/http/schemas.ts';
import { findDrift, type KnownHost, type StatusView, viewHost, viewStatus } from '../../../controller/http/views.ts';
import { configDigest, specDigest } from '../../../proto/digest.ts';
import type { UnitReport } from '../../../proto/report.ts';
import { facts, hostReport, hostSpec, unitReport, unitSpec } from '../../support/samples.ts';

const spec = hostSpec();
const loaded = configDigest(unitSpec());
const digest = specDigest(spec);

function known(patch: Partial<KnownHost> = {}, unit: Partial<UnitReport> = {}): KnownHost {
  const report = hostReport({
    revision: spec.revision,
    specDigest: digest,
    converged: true,
    units: [unitReport({ configDigest: loaded, loadedDigest: loaded, ...unit })],
  });
  const lastSeenAtMs = 5_000;
  return {
    name: 'db-1',
    labels: {},
    ownLabels: {},
    facts,
    lastSeenAtMs,
    online: true,
    spec: { spec, digest },
    report,
    problems: [],
    ...patch,
  };
}

function statusOf(...hosts: KnownHost[]): StatusView {
  const controller = { version: '0.1.0', epoch: 1, startedAtMs: 0, held: false, backedUpAtMs: null };
  return viewStatus(controller, null, hosts.map(viewHost), []);
}

test('a host that reports what is wanted has converged, and the schema says the same of its shape', () => {
  const status = statusOf(known());
  assert.equal(status.converged, true);
  assert.deepEqual(findDrift(status), []);
  assert.deepEqual(statusView.parse(JSON.parse(JSON.stringify(status))), JSON.parse(JSON.stringify(status)));
  assert.equal(status.hosts[0]?.units[0]?.port, 9090);
});

const unlike: readonly [string, KnownHost, string][] = [
  ['its agent is away', known({ online: false }), 'offline'],
  ['it has never reported', known({ report: undefined }), 'behind'],
  [
    'it works to an older revision',
    known({ spec: { spec: { ...spec, revision: { epoch: 1, number: 2 } }, digest } }),
    'behind',
  ],
  [
    'it works to a revision that this controller has lost',
    known({
      spec: { spec: { ...spec, revision: { epoch: 1, number: 0 } }, digest: 'older' },
      problems: [{ code: 'ahead', message: 'it is ahead', hint: '' }],
    }),
    'ahead',
  ],
  ['it was given other units under the same revision', known({ spec: { spec, digest: 'other' } }), 'working'],
  ['a unit is not ready', known({}, { state: 'backoff', message: 'exited with code 2' }), 'backoff'],
  ['a file was changed by hand', known({}, { drift: 'prometheus.yml' }), 'changed by hand'],
  ['the program has not taken its files in', known({}, { loadedDigest: 'older' }), 'config'],
  ['another version runs', known({}, { version: '2.53.0' }), 'version'],
  ['a unit runs that nothing wants', known({ spec: { spec: { ...spec, units: [] }, digest } }), 'surplus'],
];
for (const [when, host, what] of unlike) {
  test(`a host has not converged when ${when}, and the drift says so`, () => {
    const status = statusOf(host);
    assert.equal(status.converged, false);
    assert.ok(
      findDrift(status).some((item) => item.what === what && item.host === 'db-1'),
      JSON.stringify(findDrift(status)),
    );
  });
}

test('a unit that is stopped because someone wants it so is as it should be', () => {
  const stopped = hostSpec({ units: [unitSpec({ stopped: true })] });
  const stoppedDigest = specDigest(stopped);
  const host = known({ spec: { spec: stopped, digest: stoppedDigest } }, { state: 'stopped', loadedDigest: '' });
  const report = hostReport({ ...host.report, specDigest: stoppedDigest });
  assert.deepEqual(findDrift(statusOf({ ...host, report })), []);
  assert.equal(statusOf({ ...host, report }).converged, true);
});

test('a controller that is held has not converged, whatever the hosts say', () => {
  const controller = { version: '0.1.0', epoch: 2, startedAtMs: 0, held: true, backedUpAtMs: null };
  const status = viewStatus(controller, null, [viewHost(known())], []);
  assert.equal(status.converged, false);
  assert.equal(findDrift(status)[0]?.what, 'held');
});
