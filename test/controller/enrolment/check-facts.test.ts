import assert from 'node:assert/strict';
import { test } from 'vitest';
import { checkFacts } from '../../../controller/enrolment/check-facts.ts';
import { enrolHost } from '../../../controller/enrolment/enrol.ts';
import { checkReport } from '../../../controller/sessions/hear-report.ts';
import type { HostFacts } from '../../../proto/report.ts';
import { makeKey, openControllerState } from '../../support/open-controller-state.ts';
import { facts, hostReport, unitReport } from '../../support/samples.ts';

// What a release's architecture is made of ends up in apt's configuration: this would run a command on the controller.
const INJECTION = 'amd64"; APT::Update::Pre-Invoke {"touch /tmp/pwned";}; X "';

test('what real hosts say of themselves is taken', () => {
  checkFacts(facts);
  for (const patch of [
    { address: '' },
    { address: 'fe80::1%eth0', arch: 'arm64' },
    { hostname: 'Web-1.example.com' },
    { os: 'Débian GNU/Linux 13 (trixie)' },
  ]) {
    checkFacts({ ...facts, ...patch });
  }
});

for (const patch of [
  { arch: INJECTION },
  { arch: '../../etc' },
  { address: '10.0.0.1/metrics?x=' },
  { hostname: 'a b' },
  { os: '\u001b[2J' },
  { kernel: 'x'.repeat(513) },
] satisfies Partial<HostFacts>[]) {
  test(`${Object.keys(patch)[0]} ${JSON.stringify(Object.values(patch)[0]).slice(0, 30)} is refused`, async () => {
    using state = await openControllerState();
    const hostile = { ...facts, ...patch };
    const { token } = state.token();
    const request = { token, csrDer: await (await makeKey()).csr(), facts: hostile, name: '', atMs: state.now() };
    const refusal = { code: 'invalid', message: /cannot accept this host’s/ };
    await assert.rejects(enrolHost(state, request), refusal);
    assert.deepEqual(state.stores.hosts.all(), []);
    assert.throws(() => checkReport(hostReport({ facts: hostile })), refusal);
  });
}

test('a report has its bounds', () => {
  checkReport(hostReport({ units: [unitReport()] }));
  const long = unitReport({ message: 'x'.repeat(2 ** 20) });
  assert.throws(() => checkReport(hostReport({ units: [long] })), { code: 'invalid', message: /characters long/ });
  const many = Array.from({ length: 257 }, (_, index) => unitReport({ name: `u${index}` }));
  assert.throws(() => checkReport(hostReport({ units: many })), { code: 'invalid', message: /257 units/ });
});
