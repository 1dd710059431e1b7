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
const UNIT_MS = 30 * DAY_MS;

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

export interface Issuer {
  readonly certificate: X509Certificate;
  readonly key: CryptoKey;
}

/** What signs hosts and ourselves, and the two beside it that sign units: none of the three vouches for what another signed. */
export interface Root extends Issuer {
  /** sha256 of the certificate's DER, hex. */
  readonly fingerprint: string;
  /** The same for all server certificates of this root: clients may pin it. */
  readonly server: ServerKey;
  readonly endpoints: Issuer;
  readonly scrapers: Issuer;
}

export interface ServerKey {
  /** SPKI DER. */
  readonly publicKey: Buffer;
  readonly privateKeyPem: string;
}

interface StoredIssuer {
  readonly certificate: string;
  readonly key: string;
}

/** A root as it is stored. Those of an older promfleet have no server key, or sign no units yet. */
export interface StoredRoot extends StoredIssuer {
  readonly serverKey?: string;
  readonly endpoints?: StoredIssuer;
  readonly scrapers?: StoredIssuer;
}

export interface Issued {
  readonly der: Buffer;
  readonly until: number;
}

export async function createRoot(now: number, name: string): Promise<Root> {
  const issuer = await createIssuer(now, name, now + ROOT_MS);
  const fingerprint = fingerprintOf(Buffer.from(issuer.certificate.rawData));
  return { ...issuer, fingerprint, server: await createServerKey(), ...(await createUnitIssuers(issuer, now)) };
}

async function createIssuer(now: number, name: string, until: number): Promise<Issuer> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [name] }],
    keys,
    notBefore: new Date(now - BACKDATE_MS),
    notAfter: new Date(until),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, key: keys.privateKey };
}

/** Their names differ: a program shows the certificate whose issuer the other side names. */
async function createUnitIssuers({ certificate }: Issuer, now: number): Promise<Pick<Root, 'endpoints' | 'scrapers'>> {
  const name = certificate.subjectName.getField('CN')[0] ?? '';
  const until = certificate.notAfter.getTime();
  const named = (what: string) => createIssuer(now, name.replace('authority', what), until);
  return { endpoints: await named('endpoints'), scrapers: await named('scrapers') };
}

/** `publicKey` is SPKI DER. */
export const issueToHost = (root: Root, now: number, name: string, publicKey: Uint8Array): Promise<Issued> =>
  issue(root, now, { name, publicKey, lastsMs: HOST_MS, usage: ExtendedKeyUsage.clientAuth }, [
    { type: 'url', value: `promfleet://host/${name}` },
  ]);

/** To serve with, at these addresses and names. */
export const issueToEndpoint = (
  issuer: Issuer,
  now: number,
  unit: string,
  names: readonly string[],
  publicKey: Uint8Array,
) =>
  issue(issuer, now, { name: unit, publicKey, lastsMs: UNIT_MS, usage: ExtendedKeyUsage.serverAuth }, names.map(toSan));

/** To scrape with. */
export const issueToScraper = (issuer: Issuer, now: number, unit: string, publicKey: Uint8Array) =>
  issue(issuer, now, { name: unit, publicKey, lastsMs: UNIT_MS, usage: ExtendedKeyUsage.clientAuth }, [
    { type: 'url', value: `promfleet://scraper/${unit}` },
  ]);

const toSan = (name: string) => ({ type: isIP(name) ? ('ip' as const) : ('dns' as const), value: name });

export const issueToServer = (root: Root, now: number, names: readonly string[]) => {
  const all = [...new Set([CONTROLLER_NAME, 'localhost', '127.0.0.1', '::1', ...names])];
  return issue(
    root,
    now,
    {
      name: CONTROLLER_NAME,
      publicKey: root.server.publicKey,
      lastsMs: SERVER_MS,
      usage: ExtendedKeyUsage.serverAuth,
    },
    all.map(toSan),
  );
};

async function issue(
  root: Issuer,
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
  ...(await issuerToStored(root)),
  serverKey: root.server.privateKeyPem,
  endpoints: await issuerToStored(root.endpoints),
  scrapers: await issuerToStored(root.scrapers),
});

const issuerToStored = async ({ certificate, key }: Issuer): Promise<StoredIssuer> => ({
  certificate: toPem(Buffer.from(certificate.rawData)),
  key: await keyToPem(key),
});

/** What an older promfleet did not keep is made. */
export async function rootFromStored(stored: StoredRoot, now: number): Promise<Root> {
  const issuer = await issuerFromStored(stored);
  const server = stored.serverKey === undefined ? await createServerKey() : serverKeyFromPem(stored.serverKey);
  const units =
    stored.endpoints && stored.scrapers
      ? {
          endpoints: await issuerFromStored(stored.endpoints),
          scrapers: await issuerFromStored(stored.scrapers),
        }
      : await createUnitIssuers(issuer, now);
  return { ...issuer, fingerprint: fingerprintOf(Buffer.from(issuer.certificate.rawData)), server, ...units };
}

async function issuerFromStored(stored: StoredIssuer): Promise<Issuer> {
  const der = createPrivateKey(stored.key).export({ format: 'der', type: 'pkcs8' });
  const key = await crypto.subtle.importKey('pkcs8', der, ALGORITHM, true, ['sign']);
  return { certificate: new X509Certificate(stored.certificate), key };
}

async function keyToPem(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', key));
  return `-----BEGIN PRIVATE KEY-----\n${der.toString('base64').replace(/.{64}(?=.)/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
}
