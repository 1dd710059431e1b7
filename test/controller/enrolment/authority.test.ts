import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import type { Authority } from '../../../controller/enrolment/authority.ts';
import { readCsr } from '../../../controller/enrolment/key.ts';
import { trustDigest } from '../../../proto/digest.ts';
import { Clock, DAY_MS, makeKey, openTestAuthority } from '../../support/open-controller-state.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const signed = async (authority: Authority, name = 'db-1') => {
  const { publicKey } = await readCsr(await (await makeKey()).csr());
  const issued = await authority.signHost(name, publicKey);
  return { ...issued, certificate: new X509Certificate(issued.der) };
};
const rootsOf = (authority: Authority) => authority.roots().map((der) => new X509Certificate(der));

test('an authority is made once, for its user alone, and is the same when opened again', async () => {
  using directory = temporaryDirectory();
  const pki = join(directory.path, 'pki');
  const clock = new Clock();
  const made = await openTestAuthority(pki, clock);
  assert.deepEqual(readdirSync(pki), ['authority.json']);
  assert.equal(statSync(join(pki, 'authority.json')).mode & 0o777, 0o600);
  assert.equal(statSync(pki).mode & 0o777, 0o700);
  const again = await openTestAuthority(pki, clock, true);
  assert.equal(again.pin(), made.pin());
  assert.match(made.pin(), /^sha256:[0-9a-f]{64}$/);
  const { certificate } = await signed(again);
  assert.ok(rootsOf(made)[0] && certificate.verify(rootsOf(made)[0]?.publicKey as never));
  assert.equal(made.trustDigest(), trustDigest(made.roots()));
});

test('a root lasts ten years and may sign nothing but leaves', async () => {
  using directory = temporaryDirectory();
  const [root] = rootsOf(await openTestAuthority(directory.path, new Clock()));
  assert.equal(root?.ca, true);
  const years = (Date.parse(root?.validTo ?? '') - Date.now()) / (365.25 * DAY_MS);
  assert.ok(years > 9.9 && years < 10.1, String(years));
});

test('a host certificate names the host, lasts 30 days and began an hour ago', async () => {
  using directory = temporaryDirectory();
  const clock = new Clock();
  const { certificate, until } = await signed(await openTestAuthority(directory.path, clock));
  assert.equal(certificate.subject, 'CN=db-1');
  assert.equal(certificate.subjectAltName, 'URI:promfleet://host/db-1');
  assert.equal(certificate.ca, false);
  assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.2']);
  assert.equal(Date.parse(certificate.validTo), until);
  assert.ok(Math.abs(until - clock.ms - 30 * DAY_MS) < 2_000);
  assert.ok(Math.abs(Date.parse(certificate.validFrom) - clock.ms + 3_600_000) < 2_000);
});

test('the server certificate names the controller, carries its root, and is renewed before it ends', async () => {
  using directory = temporaryDirectory();
  const clock = new Clock();
  const authority = await openTestAuthority(directory.path, clock);
  const first = await authority.serverCertificate();
  const leaf = new X509Certificate(first.certificate);
  assert.match(leaf.subjectAltName ?? '', /DNS:promfleet-controller.*DNS:controller\.example, IP Address:10\.1\.2\.3/);
  assert.ok(first.certificate.endsWith(rootsOf(authority)[0]?.toString() ?? 'no root'));
  assert.ok(leaf.checkIssued(rootsOf(authority)[0] as X509Certificate));
  assert.equal(await authority.serverCertificate(), first);
  clock.ms = first.renewAt;
  const second = await authority.serverCertificate();
  assert.notEqual(second.certificate, first.certificate);
  assert.ok(Date.parse(leaf.validTo) > first.renewAt + DAY_MS);
});

test('nothing outlives the root that vouches for it', async () => {
  using directory = temporaryDirectory();
  const clock = new Clock();
  const authority = await openTestAuthority(directory.path, clock);
  const ends = authority.status()[0]?.until ?? 0;
  clock.ms = ends - DAY_MS;
  assert.ok((await signed(authority)).until <= ends);
});

test('a rotation trusts both roots, signs hosts with the new one and stays itself until it is finished', async () => {
  using directory = temporaryDirectory();
  const clock = new Clock();
  const authority = await openTestAuthority(directory.path, clock);
  const oldPin = authority.pin();
  const oldTrust = authority.trustDigest();
  await authority.rotate();
  await assert.rejects(authority.rotate(), { code: 'conflict', hint: /finish/ });

  const reopened = await openTestAuthority(directory.path, clock);
  for (const each of [authority, reopened]) {
    const [before, after] = rootsOf(each);
    const { certificate, authority: signer } = await signed(each);
    assert.ok(certificate.checkIssued(after as X509Certificate) && certificate.verify(after?.publicKey as never));
    assert.ok(!certificate.verify(before?.publicKey as never));
    assert.equal(signer, each.signer());
    assert.equal(each.pin(), oldPin);
    assert.ok(new X509Certificate((await each.serverCertificate()).certificate).verify(before?.publicKey as never));
  }

  const ready = { name: 'a', certificateAuthority: authority.signer(), trustDigest: authority.trustDigest() };
  const unrenewed = { ...ready, name: 'b', certificateAuthority: oldPin.slice(7) };
  const unaware = { ...ready, name: 'c', trustDigest: oldTrust };
  const silent = { ...ready, name: 'd', trustDigest: undefined };
  await assert.rejects(authority.finish([ready, unrenewed, unaware, silent]), {
    code: 'conflict',
    message: 'cannot retire the old root: 3 of 4 hosts still need it',
    findings: [
      { message: 'b still has a certificate of the old root' },
      { message: 'c has not said that it trusts the new root' },
      { message: 'd has not said that it trusts the new root' },
    ],
  });
  assert.equal(authority.roots().length, 2);
  await authority.finish([ready]);
  const finished = await openTestAuthority(directory.path, clock);
  for (const each of [authority, finished]) {
    assert.equal(each.roots().length, 1);
    assert.notEqual(each.pin(), oldPin);
    assert.equal(each.signer(), ready.certificateAuthority);
    const server = new X509Certificate((await each.serverCertificate()).certificate);
    assert.ok(server.verify(rootsOf(each)[0]?.publicKey as never));
  }
  await assert.rejects(authority.finish([]), { code: 'conflict', message: /none is under way/ });
});

test('of two rotations at once, one happens', async () => {
  using directory = temporaryDirectory();
  const authority = await openTestAuthority(directory.path, new Clock());
  const results = await Promise.allSettled([authority.rotate(), authority.rotate()]);
  assert.deepEqual(results.map((result) => result.status).sort(), ['fulfilled', 'rejected']);
  assert.equal(authority.roots().length, 2);
});

test('a rotation that the disk refuses changes nothing', async () => {
  using directory = temporaryDirectory();
  const clock = new Clock();
  const authority = await openTestAuthority(join(directory.path, 'pki'), clock);
  const pin = authority.pin();
  rmSync(join(directory.path, 'pki'), { recursive: true });
  await assert.rejects(authority.rotate(), /ENOENT/);
  assert.equal(authority.roots().length, 1);
  assert.equal(`sha256:${authority.signer()}`, pin);
});

test('half a file left beside by a crash is no harm', async () => {
  using directory = temporaryDirectory();
  const clock = new Clock();
  const authority = await openTestAuthority(directory.path, clock);
  writeFileSync(join(directory.path, 'authority.json.tmp'), '{"roots": [{"cert');
  assert.equal((await openTestAuthority(directory.path, clock)).pin(), authority.pin());
  await authority.rotate();
  assert.equal((await openTestAuthority(directory.path, clock)).roots().length, 2);
});

test('a lost or broken authority is never replaced by a new one behind an enrolled fleet', async () => {
  using directory = temporaryDirectory();
  const clock = new Clock();
  await assert.rejects(openTestAuthority(directory.path, clock, true), { message: /cannot find/, hint: /backup/ });
  for (const broken of ['', '{}', '{"roots":[]}', '{"roots":[{"certificate":"x","key":"y"}]}']) {
    writeFileSync(join(directory.path, 'authority.json'), broken);
    await assert.rejects(openTestAuthority(directory.path, clock), {
      name: 'Fault',
      message: /cannot read/,
      hint: /backup/,
    });
  }
});
