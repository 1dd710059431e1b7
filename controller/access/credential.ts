import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const PREFIX = 'pfo_';
const SHAPE = /^pfo_[A-Za-z0-9_-]{43}$/;

/** What an operator proves who they are with: 256 random bits, shown once, stored as a hash. */
export const createCredential = (): string => PREFIX + randomBytes(32).toString('base64url');
export const isCredential = (text: string): boolean => SHAPE.test(text);
export const hashCredential = (credential: string): string => createHash('sha256').update(credential).digest('hex');

/** Takes equally long wherever the two differ. */
export const sameHash = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
