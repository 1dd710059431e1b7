import assert from 'node:assert/strict';
import { test } from 'vitest';
import { enrolHost } from '../../../controller/enrolment/enrol.ts';
import { removeHost } from '../../../controller/enrolment/inventory.ts';
import { renewCertificate, renewLapsed } from '../../../controller/enrolment/renew.ts';
import {
  type ControllerState,
  DAY_MS,
  makeKey,
  openControllerState,
  type TestKey,
} from '../../support/open-controller-state.ts';
import { facts } from '../../support/samples.ts';

const enrolled = async (state: ControllerState, name = 'db-1'): Promise<TestKey> => {
  const key = await makeKey();
  const { token } = state.token();
  await enrolHost(state, { token, csrDer: await key.csr(), facts, name, atMs: state.now() });
  return key;
};
const lapsed = async (state: ControllerState, key: TestKey, atMs = state.now()) =>
  renewLapsed(state, { csrDer: await key.csr(), atMs });

test('a lapsed certificate is renewed by proof of the key for 90 days, and not after', async () => {
  using state = await openControllerState();
  const key = await enrolled(state);
  const until = state.stores.hosts.find('db-1')?.certificateUntil ?? 0;
  state.clock.ms = until + 90 * DAY_MS + 1;
  await assert.rejects(lapsed(state, key), { code: 'denied', message: /lapsed 90 days ago/, hint: /new join token/ });
  state.clock.ms = until + 90 * DAY_MS;
  assert.equal((await lapsed(state, key)).host, 'db-1');
  assert.ok((state.stores.hosts.find('db-1')?.certificateUntil ?? 0) > state.now() + 29 * DAY_MS);
  assert.equal(state.events().at(-1), 'CertificateRenewed');
});

test('a lapsed certificate is not renewed for a stranger, a removed host, or by a wrong clock', async () => {
  using state = await openControllerState();
  await assert.rejects(lapsed(state, await makeKey()), { code: 'denied', message: /not enrolled here/ });
  const key = await enrolled(state);
  await assert.rejects(lapsed(state, key, state.now() + 400 * DAY_MS), { code: 'invalid', message: /400 days ahead/ });
  removeHost(state, 'db-1', 'ann');
  await assert.rejects(lapsed(state, key), { code: 'denied', message: /was removed/ });
});

test('a host in a session renews its own certificate and no other', async () => {
  using state = await openControllerState();
  const [key, other] = [await enrolled(state), await enrolled(state, 'db-2')];
  state.clock.ms += 10 * DAY_MS;
  assert.equal((await renewCertificate(state, 'db-1', await key.csr())).host, 'db-1');
  await assert.rejects(renewCertificate(state, 'db-1', await other.csr()), {
    code: 'denied',
    message: /another host’s key/,
  });
  await assert.rejects(renewCertificate(state, 'db-1', await (await makeKey()).csr()), { code: 'denied' });
});
