import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'vitest';
import { readCsr } from '../../../controller/enrolment/key.ts';
import { writeFacts } from '../../../proto/report.ts';
import { eventually } from '../../support/eventually.ts';
import { makeKey } from '../../support/open-controller-state.ts';
import { facts, hostSpec, release, unitSpec } from '../../support/samples.ts';
import { callEnrolment, serveTestRpc, TestAgent, type TestRpc } from '../../support/serve-test-rpc.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

/** A thief that is enrolled as "thief", beside a host whose spec holds a secret. */
async function scene(archives?: string) {
  const rpc = await serveTestRpc(archives ? { archives } : {});
  const [thief, victim] = [await rpc.enrol('thief'), await rpc.enrol('victim')];
  const files = [{ path: 'password', content: Buffer.from('s3cret'), live: false }];
  const units = [unitSpec({ files, release: { ...release, sha256: 'cd'.repeat(32) } })];
  rpc.state.stores.specs.put('victim', hostSpec({ units }));
  rpc.state.stores.specs.put('thief', hostSpec({ units: [] }));
  return { rpc, thief, victim };
}
const trusting = ({ state }: TestRpc) => ({ trustDigest: state.authority.trustDigest() });

test('with the certificate of one host nothing of another is read, reported, fetched or renewed', async () => {
  using archives = temporaryDirectory();
  writeFileSync(`${archives.path}/${'cd'.repeat(32)}`, 'the release of the victim');
  const { rpc, thief, victim } = await scene(archives.path);
  await using _ = rpc;
  const session = await thief.connect({ ...trusting(rpc), facts: { ...facts, hostname: 'victim' } });
  await eventually(() => assert.equal(session.of('spec').length, 1));
  assert.ok(!JSON.stringify(session.heard).includes(Buffer.from('s3cret').toString('base64')));
  assert.deepEqual(session.of('spec')[0]?.spec.units, []);
  assert.equal(rpc.state.stores.reports.find('victim'), undefined);
  await assert.rejects(thief.fetch('cd'.repeat(32)), { code: 'denied', message: /this host’s spec does not name it/ });
  assert.equal((await victim.fetch('cd'.repeat(32))).toString(), 'the release of the victim');

  const forVictim = async () => {
    const [client, csrDer] = [await thief.client(), await victim.key.csr()];
    return new Promise((resolve, reject) =>
      client.renewCertificate({ csrDer }, (error, value) => (error ? reject(error) : resolve(value))),
    );
  };
  await assert.rejects(forVictim(), /signed by another host’s key/);
  // A certificate that names the victim, for the key of the thief: who someone is says the key alone.
  const { publicKey } = await readCsr(await thief.key.csr());
  const { der } = await rpc.state.authority.signHost('victim', publicKey);
  const masked = new TestAgent(rpc.rpc, thief.key, { ...thief.identity, certificateDer: der });
  const other = await masked.connect({ ...trusting(rpc), agentVersion: 'masked' });
  await eventually(() => assert.equal(rpc.state.stores.reports.find('thief')?.report.agentVersion, 'masked'));
  assert.equal(rpc.state.stores.reports.find('victim'), undefined);
  assert.deepEqual([...rpc.sessions.online()], ['thief']);
  other.cancel();
  masked.close();
});

test('a claim of a revision that we never made stops nobody, and is a problem of that host alone', async () => {
  const { rpc, thief, victim } = await scene();
  await using _ = rpc;
  const proof = rpc.state.authority.proveRevision('victim', { epoch: 1, number: 9 });
  for (const [number, claim] of [{}, { proof: 'ab' }, { proof }].entries()) {
    await thief.connect({ ...trusting(rpc), revision: { epoch: 1, number: 9 + number }, ...claim });
    await eventually(() => assert.equal(rpc.state.stores.reports.find('thief')?.report.revision.number, 9 + number));
  }
  assert.equal(rpc.state.stores.meta.held(), false);
  assert.equal(rpc.state.stores.meta.epoch(), 1);
  assert.match(
    rpc.sessions.problems('thief')[0]?.message ?? '',
    /works to revision 11, which this controller has not made/,
  );
  const session = await victim.connect(trusting(rpc));
  await eventually(() => assert.equal(session.of('spec').length, 1));
  assert.deepEqual(rpc.sessions.problems('victim'), []);
});

test('a flood of reports is read no faster than it may come, and nobody else waits', async () => {
  const { rpc, thief, victim } = await scene();
  await using _ = rpc;
  const session = await thief.connect(trusting(rpc));
  for (let number = 0; number < 2_000; number++) session.report({ ...trusting(rpc), agentVersion: `${number}` });
  await sleep(500);
  const heard = Number(rpc.state.stores.reports.find('thief')?.report.agentVersion ?? 0);
  assert.ok(heard < 1_999, `all of ${heard} were heard at once`);
  await victim.connect({ ...trusting(rpc), agentVersion: 'in time' });
  await eventually(() => assert.equal(rpc.state.stores.reports.find('victim')?.report.agentVersion, 'in time'));
});

test('answers to what nobody asked, and lines of logs that nobody follows, end the session', async () => {
  const { rpc, thief } = await scene();
  await using _ = rpc;
  const session = await thief.connect(trusting(rpc));
  for (let number = 0; number < 1_100; number++) {
    session.say({ kind: 'logLines', logLines: { id: `${number}`, lines: ['x'], end: false, error: '' } });
  }
  const fault = await session.ended;
  assert.equal(fault?.code, 'invalid');
  assert.match(fault?.message ?? '', /answers again and again what nobody asked/);
});

test('a message that is too long, or is none, ends its own stream and no more', async () => {
  const { rpc, thief, victim } = await scene();
  await using _ = rpc;
  const calm = await victim.connect(trusting(rpc));
  const long = await thief.connect(trusting(rpc));
  const body = Buffer.alloc(25 * 1024 * 1024);
  long.say({ kind: 'answer', answer: { id: '1', status: 200, contentType: '', body, error: '' } });
  assert.match((await long.ended)?.message ?? '', /larger than max/);

  const path = '/promfleet.v1.Session/Connect';
  const raw = (await thief.client()).makeBidiStreamRequest(
    path,
    (bytes: Buffer) => bytes,
    (bytes: Buffer) => bytes,
  );
  raw.on('error', () => {});
  raw.write(Buffer.from('0a05ffffffffff', 'hex'));
  await new Promise((resolve) => raw.on('status', resolve));
  calm.report({ ...trusting(rpc), agentVersion: 'undisturbed' });
  await eventually(() => assert.equal(rpc.state.stores.reports.find('victim')?.report.agentVersion, 'undisturbed'));
});

test('renewals over and over are refused, and write nothing', async () => {
  const { rpc, thief } = await scene();
  await using _ = rpc;
  const renewals = () => rpc.state.events().filter((kind) => kind === 'CertificateRenewed').length;
  for (let time = 0; time < 10; time++) await thief.renew();
  await assert.rejects(thief.renew(), { code: 'unavailable', message: /again and again just now/ });
  assert.equal(renewals(), 0);
});

test('whoever guesses at the door from one address is not listened to any more', async () => {
  await using rpc = await serveTestRpc();
  const attempt = async (token: string) => {
    const csrDer = await (await makeKey()).csr();
    const request = { token, csrDer, name: 'x', facts: writeFacts(facts), atMs: rpc.state.now() };
    return callEnrolment(rpc.rpc, rpc.state, (client, answer) => client.enrol(request, answer));
  };
  const tries = await Promise.allSettled(Array.from({ length: 40 }, () => attempt('pfj_guess')));
  const words = tries.map((each) => (each.status === 'rejected' ? (each.reason as Error).message : 'let in'));
  assert.ok(
    words.some((word) => /too many attempts from there have failed/.test(word)),
    words.at(-1),
  );
  assert.ok(!words.includes('let in'));
  await eventually(() => attempt(rpc.state.token().token), 15_000);
});
