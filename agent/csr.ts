import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** Tags and object identifiers of X.690, RFC 2986 and RFC 5280, as far as one EC key needs them. */
const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const TIME = 0x18;
const ATTRIBUTES = 0xa0;
const COMMON_NAME = Buffer.from('0603550403', 'hex');
const ECDSA_WITH_SHA256 = Buffer.from('06082a8648ce3d040302', 'hex');

/** A fresh EC P-256 key. It never leaves this host. */
export const createKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

/** A PKCS#10 request (DER), signed by the key: that signature is the proof of having it. */
export function createRequest(key: KeyObject, commonName: string): Buffer {
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
  return signed(key, der(SEQUENCE, der(INTEGER, Buffer.of(0)), nameOf(commonName), publicKey, der(ATTRIBUTES)));
}

const ALGORITHM = der(SEQUENCE, ECDSA_WITH_SHA256);
/** From 2000 on, and "no well-defined end" (RFC 5280): whoever trusts it trusts this very certificate, whatever any clock says. */
const FOR_EVER = der(SEQUENCE, der(UTC_TIME, Buffer.from('000101000000Z')), der(TIME, Buffer.from('99991231235959Z')));
/** No authority; it signs, as a client. */
const FOR_CLIENTS = Buffer.from(
  'a3353033300c0603551d130101ff04023000300e0603551d0f0101ff04040302078030130603551d25040c300a06082b06010505070302',
  'hex',
);

/** A certificate (DER) that vouches for itself, to show as a client. */
export function createClientCertificate(key: KeyObject, commonName: string): Buffer {
  const name = nameOf(commonName);
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const version = Buffer.from('a003020102', 'hex');
  const serial = der(INTEGER, Buffer.of(1));
  return signed(key, der(SEQUENCE, version, serial, ALGORITHM, name, FOR_EVER, name, publicKey, FOR_CLIENTS));
}

function signed(key: KeyObject, asked: Buffer): Buffer {
  const signature = sign('sha256', asked, { key, dsaEncoding: 'der' });
  return der(SEQUENCE, asked, ALGORITHM, der(BIT_STRING, Buffer.of(0), signature));
}

const nameOf = (commonName: string): Buffer =>
  der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, Buffer.from(commonName, 'utf8')))));

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag), lengthOf(content.length), content]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const bytes = Buffer.from(length.toString(16).padStart(length > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.of(0x80 | bytes.length), bytes]);
}
