import { createPrivateKey, createPublicKey } from 'node:crypto';
import { isIP } from 'node:net';
import { fingerprintOf } from './key.ts';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from './x509.ts';

/** Agents dial any address and ask for this name: what they trust is the authority, not the address. */
export const CONTROLLER_NAME = 'promfleet-controller';

/** Certificates are valid from an hour ago: clocks differ. */
const BACKDATE_MS = 3_600_000;
const DAY_MS = 86_400_000;
const ROOT_MS = 3_653 * DAY_MS;
const HOST_MS = 30 * DAY_MS;
const SERVER_MS = 7 * DAY_MS;

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

export interface Root {
  readonly certificate: X509Certificate;
  readonly key: CryptoKey;
  /** sha256 of the certificate's DER, hex. */
  readonly fingerprint: string;
  /** The same for all server certificates of this root: clients may pin it. */
  readonly server: ServerKey;
}

export interface ServerKey {
  /** SPKI DER. */
  readonly publicKey: Buffer;
  readonly privateKeyPem: string;
}

/** A root as it is stored. Those of an older promfleet have no server key yet. */
export interface StoredRoot {
  readonly certificate: string;
  readonly key: string;
  readonly serverKey?: string;
}

export interface Issued {
  readonly der: Buffer;
  readonly until: number;
}

export async function createRoot(now: number, name: string): Promise<Root> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [name] }],
    keys,
    notBefore: new Date(now - BACKDATE_MS),
    notAfter: new Date(now + ROOT_MS),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const fingerprint = fingerprintOf(Buffer.from(certificate.rawData));
  return { certificate, key: keys.privateKey, fingerprint, server: await createServerKey() };
}

/** `publicKey` is SPKI DER. */
export const issueToHost = (root: Root, now: number, name: string, publicKey: Uint8Array): Promise<Issued> =>
  issue(root, now, { name, publicKey, lastsMs: HOST_MS, usage: ExtendedKeyUsage.clientAuth }, [
    { type: 'url', value: `promfleet://host/${name}` },
  ]);

export const issueToServer = (root: Root, now: number, names: readonly string[]) => {
  const all = [...new Set([CONTROLLER_NAME, 'localhost', '127.0.0.1', '::1', ...names])];
  const sans = all.map((name) => ({ type: isIP(name) ? ('ip' as const) : ('dns' as const), value: name }));
  return issue(
    root,
    now,
    {
      name: CONTROLLER_NAME,
      publicKey: root.server.publicKey,
      lastsMs: SERVER_MS,
      usage: ExtendedKeyUsage.serverAuth,
    },
    sans,
  );
};

async function issue(
  root: Root,
  now: number,
  wanted: { name: string; publicKey: Uint8Array; lastsMs: number; usage: string },
  sans: { type: 'dns' | 'ip' | 'url'; value: string }[],
): Promise<Issued> {
  // A certificate never outlives what vouches for it. Whole seconds: X.509 knows no others.
  const until = Math.floor(Math.min(now + wanted.lastsMs, root.certificate.notAfter.getTime()) / 1_000) * 1_000;
  const publicKey = await crypto.subtle.importKey('spki', new Uint8Array(wanted.publicKey), ALGORITHM, true, [
    'verify',
  ]);
  const certificate = await X509CertificateGenerator.create({
    subject: [{ CN: [wanted.name] }],
    issuer: root.certificate.subjectName,
    publicKey,
    signingKey: root.key,
    notBefore: new Date(now - BACKDATE_MS),
    notAfter: new Date(until),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([wanted.usage]),
      new SubjectAlternativeNameExtension(sans),
      await AuthorityKeyIdentifierExtension.create(root.certificate.publicKey),
    ],
  });
  return { der: Buffer.from(certificate.rawData), until };
}

async function createServerKey(): Promise<ServerKey> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  return serverKeyFromPem(await keyToPem(keys.privateKey));
}

const serverKeyFromPem = (privateKeyPem: string): ServerKey => ({
  publicKey: createPublicKey(privateKeyPem).export({ format: 'der', type: 'spki' }),
  privateKeyPem,
});

export const toPem = (der: Uint8Array): string =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(der)
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`;

export const rootToStored = async (root: Root): Promise<StoredRoot> => ({
  certificate: toPem(Buffer.from(root.certificate.rawData)),
  key: await keyToPem(root.key),
  serverKey: root.server.privateKeyPem,
});

export async function rootFromStored(stored: StoredRoot): Promise<Root> {
  const certificate = new X509Certificate(stored.certificate);
  const der = createPrivateKey(stored.key).export({ format: 'der', type: 'pkcs8' });
  const key = await crypto.subtle.importKey('pkcs8', der, ALGORITHM, true, ['sign']);
  const server = stored.serverKey === undefined ? await createServerKey() : serverKeyFromPem(stored.serverKey);
  return { certificate, key, fingerprint: fingerprintOf(Buffer.from(certificate.rawData)), server };
}

async function keyToPem(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', key));
  return `-----BEGIN PRIVATE KEY-----\n${der.toString('base64').replace(/.{64}(?=.)/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
}
