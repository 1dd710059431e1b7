import assert from 'node:assert/strict';
import { test } from 'vitest';
import { enrolHost } from '../../../controller/enrolment/enrol.ts';
import { saveReport } from '../../../controller/sessions/hear-report.ts';
import { Session } from '../../../controller/sessions/session.ts';
import { DiskFault } from '../../../controller/store/disk-fault.ts';
import { makeKey, openControllerState } from '../../support/open-controller-state.ts';
import { facts, hostReport, unitReport } from '../../support/samples.ts';

const enrolled = async () => {
  const state = await openControllerState();
  const { token } = state.token();
  await enrolHost(state, { token, csrDer: await (await makeKey()).csr(), facts, name: '', atMs: state.now() });
  const session = () => new Session('db-1', { say: () => {}, end: () => {} });
  return { state, session };
};

test('a report that says nothing new is not written again for 30 s', async () => {
  const { state, session: open } = await enrolled();
  using _ = state;
  const session = open();
  const saved = () => state.stores.reports.find('db-1')?.report.atMs;
  const save = (atMs: number, agentVersion = '0.1.0') => saveReport(state, session, hostReport({ atMs, agentVersion }));
  assert.equal(save(1).changed, true);
  state.clock.ms += 29_999;
  assert.equal(save(2).changed, false);
  assert.equal(saved(), 1);
  assert.equal(save(3, '0.2.0').changed, true);
  assert.equal(saved(), 3);
  state.clock.ms += 30_000;
  assert.equal(save(4, '0.2.0').changed, false);
  assert.equal(saved(), 4);
  assert.equal(state.stores.hosts.find('db-1')?.lastSeenAt, state.clock.ms);
});

test('what changed while the host was away is told when it is back, and once', async () => {
  const { state, session } = await enrolled();
  using _ = state;
  const said = (units: Parameters<typeof unitReport>[0][]) =>
    hostReport({ units: units.map((unit) => unitReport(unit)) });
  saveReport(state, session(), said([{ state: 'ready' }]));
  saveReport(state, session(), said([{ state: 'ready' }]));
  saveReport(state, session(), said([{ state: 'failed', message: 'it exits with code 2' }]));
  const changes = state.stores.events.list({ after: 0, limit: 99 }).filter((event) => event.kind === 'UnitChanged');
  assert.deepEqual(
    changes.map((event) => `${event.host} ${event.unit} ${event.message}`),
    ['db-1 prometheus ready, was absent', 'db-1 prometheus failed, was ready: it exits with code 2'],
  );
});

test('a report that cannot be stored is not taken for heard', async () => {
  const { state, session: open } = await enrolled();
  using _ = state;
  const session = open();
  const report = hostReport({ units: [unitReport()] });
  const refuse = () => {
    throw new Error('disk full');
  };
  assert.throws(() => saveReport({ ...state, commit: refuse }, session, report), /disk full/);
  saveReport(state, session, report);
  assert.equal(state.events().at(-1), 'UnitChanged');
});

test('while the disk is full a report is heard, and stored with its events when there is room', async () => {
  const { state, session: open } = await enrolled();
  using _ = state;
  const session = open();
  const report = hostReport({ units: [unitReport()] });
  const full = () => {
    throw new DiskFault('/var/lib/promfleet/promfleet.db', 'its disk is full', undefined);
  };
  assert.deepEqual(saveReport({ ...state, commit: full }, session, report), { changed: false, inventory: false });
  assert.equal(session.report, report);
  assert.equal(saveReport(state, session, report).changed, true);
  assert.equal(state.events().at(-1), 'UnitChanged');
});
