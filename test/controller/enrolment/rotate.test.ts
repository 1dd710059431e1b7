import assert from 'node:assert/strict';
import { test } from 'vitest';
import { enrolHost } from '../../../controller/enrolment/enrol.ts';
import { renewCertificate } from '../../../controller/enrolment/renew.ts';
import { finishRotation, rotateAuthority } from '../../../controller/enrolment/rotate.ts';
import { makeKey, openControllerState } from '../../support/open-controller-state.ts';
import { facts, hostReport } from '../../support/samples.ts';

test('the old root goes when every host has a certificate of the new one and says that it trusts it', async () => {
  using state = await openControllerState();
  const { token } = state.token();
  const key = await makeKey();
  await enrolHost(state, { token, csrDer: await key.csr(), facts, name: '', atMs: state.now() });
  await rotateAuthority(state, 'ann');
  const trusting = () => hostReport({ trustDigest: state.authority.trustDigest() });

  state.stores.reports.put('db-1', 1, trusting());
  await assert.rejects(finishRotation(state, 'ann'), {
    code: 'conflict',
    findings: [{ message: 'db-1 still has a certificate of the old root' }],
  });
  await renewCertificate(state, 'db-1', await key.csr());
  state.stores.reports.put('db-1', 1, hostReport());
  await assert.rejects(finishRotation(state, 'ann'), {
    code: 'conflict',
    findings: [{ message: 'db-1 has not said that it trusts the new root' }],
  });
  state.stores.reports.put('db-1', 1, trusting());
  await finishRotation(state, 'ann');
  assert.equal(state.authority.roots().length, 1);
  assert.deepEqual(state.events().filter((kind) => kind === 'AuthorityRotated').length, 2);
});
