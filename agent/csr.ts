import { createPublicKey, type KeyObject } from 'node:crypto';
import { der, INTEGER, nameOf, SEQUENCE, signed } from '../proto/self-signed.ts';

export { createKey } from '../proto/self-signed.ts';

const ATTRIBUTES = 0xa0;

/** A PKCS#10 request (DER), signed by the key: that signature is the proof of having it. */
export function createRequest(key: KeyObject, commonName: string): Buffer {
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return signed(key, der(SEQUENCE, der(INTEGER, Buffer.of(0)), nameOf(commonName), publicKey, der(ATTRIBUTES)));
}
