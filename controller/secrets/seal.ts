import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { SecretReference } from '../../proto/secrets.ts';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
export const KEY_BYTES = 32;

/** A sealed value is of one name and version: one that is put in another's place does not open. */
const boundTo = ({ name, version }: SecretReference): Buffer => Buffer.from(`${name}\0${version}`);

export function seal(key: Buffer, of: SecretReference, value: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(boundTo(of));
  return Buffer.concat([nonce, cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()]);
}

/** @throws when it is of another key, name or version, or was altered. */
export function unseal(key: Buffer, of: SecretReference, sealed: Buffer): string {
  const tag = sealed.subarray(-TAG_BYTES);
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(boundTo(of))
    .setAuthTag(tag);
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
}

/** Tells keys apart, and tells nothing of one. */
export const keyIdOf = (key: Buffer): string =>
  createHash('sha256').update('promfleet secrets key\0').update(key).digest('hex').slice(0, 16);
