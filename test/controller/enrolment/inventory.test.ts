import assert from 'node:assert/strict';
import { test } from 'vitest';
import { enrolHost } from '../../../controller/enrolment/enrol.ts';
import { labelHost, removeHost } from '../../../controller/enrolment/inventory.ts';
import { makeKey, openControllerState } from '../../support/open-controller-state.ts';
import { facts, hostReport, hostSpec } from '../../support/samples.ts';

test('labels are replaced whole, and the token’s stay beneath them', async () => {
  using state = await openControllerState();
  const { token } = state.token({ labels: { env: 'prod' } });
  await enrolHost(state, { token, csrDer: await (await makeKey()).csr(), facts, name: '', atMs: state.now() });
  labelHost(state, 'db-1', { role: 'db', rack: '1' }, 'ann');
  labelHost(state, 'db-1', { role: 'cache' }, 'ann');
  assert.deepEqual(state.stores.hosts.find('db-1')?.labels, { role: 'cache' });
  assert.deepEqual(state.stores.hosts.find('db-1')?.tokenLabels, { env: 'prod' });
  assert.equal(state.stores.events.list({ limit: 1 })[0]?.message, 'ann labelled db-1 role=cache');
  assert.throws(() => labelHost(state, 'db-1', { 'a b': 'c' }, 'ann'), { code: 'invalid', message: /"a b"/ });
  assert.throws(() => labelHost(state, 'none', {}, 'ann'), { code: 'not_found', hint: /promfleet hosts/ });
});

test('a removed host leaves nothing wanted behind', async () => {
  using state = await openControllerState();
  const { token } = state.token();
  await enrolHost(state, { token, csrDer: await (await makeKey()).csr(), facts, name: '', atMs: state.now() });
  const { specs, reports, overrides, hosts } = state.stores;
  specs.put('db-1', hostSpec());
  reports.put('db-1', 1, hostReport());
  for (const host of ['db-1', 'db-2']) overrides.put({ host, unit: 'u', stopped: true, actor: 'ann', createdAtMs: 1 });
  removeHost(state, 'db-1', 'ann');
  assert.deepEqual(hosts.all(), []);
  assert.equal(specs.find('db-1') ?? reports.find('db-1'), undefined);
  assert.deepEqual(
    overrides.all().map((row) => row.host),
    ['db-2'],
  );
  assert.throws(() => removeHost(state, 'db-1', 'ann'), { code: 'not_found' });
  assert.equal(state.events().at(-1), 'HostRemoved');
});
