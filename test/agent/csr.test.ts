import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { test } from 'vitest';
import { createKey, createRequest } from '../../agent/csr.ts';
import { Pkcs10CertificateRequest } from '../../controller/enrolment/x509.ts';

const NAMES = ['web-1', 'a', 'ü'.repeat(60), 'x'.repeat(300)];

for (const name of NAMES) {
  test(`a request for ${name.slice(0, 8)} (${name.length} letters) is read, and its signature holds`, async () => {
    const key = createKey();
    const request = new Pkcs10CertificateRequest(new Uint8Array(createRequest(key, name)));
    assert.equal(request.subjectName.getField('CN')[0], name);
    assert.equal(await request.verify(), true);
    const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
    assert.deepEqual(Buffer.from(request.publicKey.rawData), spki);
  });
}

test('openssl agrees', () => {
  const der = createRequest(createKey(), 'web-1');
  const said = execFileSync('openssl', ['req', '-inform', 'DER', '-verify', '-noout', '-subject'], {
    input: der,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  assert.match(said.toString(), /CN ?= ?web-1/);
});
