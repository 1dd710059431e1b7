import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { test } from 'vitest';
import { readReportFile } from '../../../agent/state/report-file.ts';
import { blameClock } from '../../../agent/uplink/controller-clock.ts';
import { toPem } from '../../../controller/enrolment/certificates.ts';
import { removeHost } from '../../../controller/enrolment/inventory.ts';
import { sha256 } from '../../../proto/digest.ts';
import { eventually } from '../../support/eventually.ts';
import { DAY_MS, openControllerState } from '../../support/open-controller-state.ts';
import { hostSpec, release, unitSpec } from '../../support/samples.ts';
import { serveTestRpc } from '../../support/serve-test-rpc.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { openPair } from './pair.ts';

test('a removed host is told so, says so once in its log and in its status, and does not make a noise of it', async () => {
  await using pair = await openPair(undefined, ['localhost']);
  const lines: string[] = [];
  pair.log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  await pair.enrol();
  pair.start();
  const of = (what: string) => lines.filter((line) => line.includes(what)).length;
  await eventually(() => assert.equal(of('"msg":"session"'), 1));
  removeHost(pair.rpc.state, 'web-1', 'ann');
  pair.rpc.sessions.disconnect('web-1');
  await eventually(() => {
    const [problem] = readReportFile(pair.layout.state).problems;
    assert.match(problem?.message ?? '', /^cannot admit web-1: it was removed from the fleet; .*new join token/);
  });
  await sleep(3_000);
  assert.equal(of('it was removed'), 1, lines.join(''));
  assert.equal(of('"msg":"session"'), 1, lines.join(''));
});

test('a renewal, and new certificates of the controller, end neither a session nor a download', async () => {
  using archives = temporaryDirectory();
  const archive = randomBytes(24 * 1024 * 1024);
  const digest = sha256(archive);
  writeFileSync(`${archives.path}/${digest}`, archive);
  await using rpc = await serveTestRpc({ archives: archives.path });
  const agent = await rpc.enrol('db-1');
  rpc.state.stores.specs.put('db-1', hostSpec({ units: [unitSpec({ release: { ...release, sha256: digest } })] }));
  const session = await agent.connect({ trustDigest: rpc.state.authority.trustDigest() });
  await eventually(() => assert.equal(session.of('spec').length, 1));
  const parts: Buffer[] = [];
  for await (const { data } of (await agent.client()).fetchRelease({ sha256: digest, offset: 0 }) as AsyncIterable<{
    data: Buffer;
  }>) {
    parts.push(data);
    if (parts.length !== 8) continue;
    rpc.state.clock.ms += 6 * DAY_MS;
    await agent.renew();
    await rpc.rpc.rebind();
  }
  assert.equal(sha256(Buffer.concat(parts)), digest);
  session.report({ agentVersion: 'the same session' });
  await eventually(() => assert.equal(rpc.state.stores.reports.find('db-1')?.report.agentVersion, 'the same session'));
  assert.ok(!rpc.state.events().includes('HostDisconnected'));
  assert.equal(rpc.state.events().filter((kind) => kind === 'CertificateRenewed').length, 1);
});

test('what fails by the dates of a certificate is said as what it is: two clocks that differ', async () => {
  // The certificate of this controller was good 40 days ago.
  using state = await openControllerState(40);
  await using rpc = await serveTestRpc({ state });
  const authorities = state.authority.roots().map(toPem);
  const addresses = ['127.0.0.1:1', `127.0.0.1:${rpc.rpc.enrolmentPort}`];
  const blame = (days: number, why = 'certificate has expired', trusted = authorities) =>
    blameClock(new Error(why), 'enrol', { addresses, authorities: trusted, now: () => Date.now() + days * DAY_MS });
  await assert.rejects(blame(400), {
    code: 'invalid',
    message: /^cannot enrol: this host’s clock is (400|399) days.* ahead of/,
  });
  await assert.rejects(blame(-9_000), {
    message: /clock is (9000|8999) days.* behind the controller’s$/,
    hint: /timedatectl/,
  });
  await blame(0);
  await blame(400, 'connection refused');
  using other = await openControllerState();
  await blame(400, 'CERT_NOT_YET_VALID', other.authority.roots().map(toPem));
});
