import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** Tags and object identifiers of X.690, RFC 2986 and RFC 5280, as far as one EC key needs them. */
export const SEQUENCE = 0x30;
const SET = 0x31;
export const INTEGER = 0x02;
const BIT_STRING = 0x03;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const TIME = 0x18;
const COMMON_NAME = Buffer.from('0603550403', 'hex');
const ECDSA_WITH_SHA256 = Buffer.from('06082a8648ce3d040302', 'hex');

/** A fresh EC P-256 key. It never leaves this machine. */
export const createKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

const ALGORITHM = der(SEQUENCE, ECDSA_WITH_SHA256);
/** From 2000 on: whoever trusts it trusts this very certificate, whatever any clock says. "No well-defined end" is of RFC 5280. */
const FROM = '000101000000Z';
const NO_END = '99991231235959Z';

/** No authority; it signs, as a client. */
const FOR_CLIENTS = Buffer.from(
  'a3353033300c0603551d130101ff04023000300e0603551d0f0101ff04040302078030130603551d25040c300a06082b06010505070302',
  'hex',
);

/** A certificate (DER) that vouches for itself alone, to show as a client: whoever accepts it accepts nobody else. */
export function createClientCertificate(key: KeyObject, commonName: string, untilMs?: number): Buffer {
  const name = nameOf(commonName);
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const version = Buffer.from('a003020102', 'hex');
  const serial = der(INTEGER, Buffer.of(1));
  const valid = der(SEQUENCE, der(UTC_TIME, Buffer.from(FROM)), endAt(untilMs));
  return signed(key, der(SEQUENCE, version, serial, ALGORITHM, name, valid, name, publicKey, FOR_CLIENTS));
}

/** Years up to 2049 have two digits. */
function endAt(untilMs: number | undefined): Buffer {
  if (untilMs === undefined) return der(TIME, Buffer.from(NO_END));
  const digits = `${new Date(untilMs).toISOString().replaceAll(/[-:T]|\..*/g, '')}Z`;
  return digits < '2050' ? der(UTC_TIME, Buffer.from(digits.slice(2))) : der(TIME, Buffer.from(digits));
}

export function signed(key: KeyObject, asked: Buffer): Buffer {
  const signature = sign('sha256', asked, { key, dsaEncoding: 'der' });
  return der(SEQUENCE, asked, ALGORITHM, der(BIT_STRING, Buffer.of(0), signature));
}

export const nameOf = (commonName: string): Buffer =>
  der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, Buffer.from(commonName, 'utf8')))));

export function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag), lengthOf(content.length), content]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const bytes = Buffer.from(length.toString(16).padStart(length > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.of(0x80 | bytes.length), bytes]);
}
