import { createHash, createPublicKey } from 'node:crypto';
import { Fault, messageOf } from '../../proto/fault.ts';
import { Pkcs10CertificateRequest } from './x509.ts';

/** A host is its key. */
export interface HostKey {
  /** SPKI DER. */
  readonly publicKey: Buffer;
  /** sha256 of it, hex. */
  readonly fingerprint: string;
}

const LARGEST_CSR = 16 * 1024;

export const fingerprintOf = (der: Uint8Array): string => createHash('sha256').update(der).digest('hex');

/**
 * The key that a certificate signing request is signed by; of what else it asks for, nothing is used.
 * @throws Fault `invalid` when it is broken, not signed by its own key, or of another kind of key than EC P-256.
 */
export async function readCsr(der: Uint8Array): Promise<HostKey> {
  if (der.length === 0 || der.length > LARGEST_CSR) throw refused(`it is ${der.length} bytes long`);
  let request: Pkcs10CertificateRequest;
  let isSigned: boolean;
  try {
    request = new Pkcs10CertificateRequest(Buffer.from(der));
    isSigned = await request.verify();
  } catch (error) {
    throw refused(`it can't be read: ${messageOf(error)}`);
  }
  if (!isSigned) throw refused('it is not signed by the key that it names');
  return readKey(new Uint8Array(request.publicKey.rawData));
}

function readKey(spki: Uint8Array): HostKey {
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') {
      const publicKey = key.export({ format: 'der', type: 'spki' });
      return { publicKey, fingerprint: fingerprintOf(publicKey) };
    }
  } catch (error) {
    throw refused(`its key can't be read: ${messageOf(error)}`);
  }
  throw refused('its key is not EC P-256');
}

const refused = (why: string): Fault =>
  new Fault('invalid', `cannot accept certificate signing request: ${why}`, {
    hint: 'the agent makes it: remove its identity and enrol it again',
  });
