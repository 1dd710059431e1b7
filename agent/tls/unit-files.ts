import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { Fault } from '../../proto/fault.ts';
import type { UnitTls } from '../../proto/spec.ts';
import { createKey, createRequest } from '../csr.ts';
import { TLS_DIRECTORY } from '../install/config-set.ts';
import { makeDirectory, type Owner } from '../install/owner.ts';
import { writeAtomically } from '../state/atomic-file.ts';
import { toPem } from '../state/identity-file.ts';
import { standingOf } from '../uplink/renewal.ts';
import type { HostTls, TlsUse } from './host-tls.ts';

/**
 * none      it needs none, and none is there
 * missing   it can't be started or checked before there is one
 * due       to be renewed, or whom it believes has changed
 * good
 * surplus   it needs none any more
 */
export interface UnitTlsState {
  readonly standing: 'none' | 'missing' | 'due' | 'good' | 'surplus';
  /** When the first of its certificates ends. */
  readonly untilMs: number;
}

export const NO_TLS: UnitTlsState = { standing: 'none', untilMs: 0 };

const usesOf = ({ names, scrapes }: UnitTls): TlsUse[] => [
  ...(names.length > 0 ? ['endpoint' as const] : []),
  ...(scrapes ? ['scrape' as const] : []),
];

/** What the disk has of a unit's certificates, beside what it needs now. */
export function lookAtTls(etc: string, wanted: UnitTls | undefined, host: HostTls, now: number): UnitTlsState {
  const directory = join(etc, TLS_DIRECTORY);
  if (!wanted) return existsSync(directory) ? { standing: 'surplus', untilMs: 0 } : NO_TLS;
  const certificates = usesOf(wanted).map((use) => judge(directory, use, wanted, host, now));
  const untilMs = Math.min(...certificates.map((one) => one.untilMs));
  const bundles = [...host.bundles(wanted)].map(([name, content]) => textOf(join(directory, name)) === content);
  const isBlind = host.digest === '';
  if (isBlind || certificates.some(({ standing }) => standing === 'missing'))
    return { standing: 'missing', untilMs: 0 };
  const isGood = certificates.every(({ standing }) => standing === 'good') && bundles.every(Boolean);
  return { standing: isGood ? 'good' : 'due', untilMs: Number.isFinite(untilMs) ? untilMs : 0 };
}

function judge(directory: string, use: TlsUse, wanted: UnitTls, host: HostTls, now: number): UnitTlsState {
  const certificate = certificateAt(directory, use);
  if (!certificate) return { standing: 'missing', untilMs: 0 };
  const [fromMs, untilMs] = [certificate.validFromDate.getTime(), certificate.validToDate.getTime()];
  const state = standingOf(fromMs, untilMs, now);
  const isOurs = isSignedNow(certificate, use, host) && (use === 'scrape' || isFor(certificate, wanted.names));
  return { standing: state === 'good' && isOurs ? 'good' : 'due', untilMs };
}

/** Undefined when it or its key is not there, or not of one another. */
function certificateAt(directory: string, use: TlsUse): X509Certificate | undefined {
  const [pem, key] = [textOf(join(directory, `${use}.crt`)), textOf(join(directory, `${use}.key`))];
  if (pem === undefined || key === undefined) return undefined;
  try {
    const certificate = new X509Certificate(pem);
    return certificate.checkPrivateKey(createPrivateKey(key)) ? certificate : undefined;
  } catch {
    return undefined;
  }
}

function isSignedNow(certificate: X509Certificate, use: TlsUse, { trust }: HostTls): boolean {
  const signer = (use === 'endpoint' ? trust.endpoints : trust.scrapers)[trust.signer];
  return signer !== undefined && certificate.verify(new X509Certificate(signer).publicKey);
}

const isFor = (certificate: X509Certificate, names: readonly string[]): boolean =>
  names.every((name) => (isIP(name) > 0 ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined) &&
  (certificate.subjectAltName ?? '').split(', ').length === names.length;

/**
 * Files and certificates of a unit, made or renewed where they must be. Each file is replaced by a rename; the key stays, so that whoever
 * reads it and its certificate one after the other never has two that do not belong together.
 */
export async function keepTlsFiles(
  etc: string,
  unit: { readonly name: string; readonly tls: UnitTls },
  host: HostTls,
  owner: Owner,
  now: number,
): Promise<void> {
  if (host.digest === '') {
    throw new Fault(
      'unavailable',
      `cannot get certificates for ${unit.name}: this host has not heard yet whom to trust`,
      {
        hint: 'the controller says so when it is connected; one that is older than this agent does not',
      },
    );
  }
  const directory = join(etc, TLS_DIRECTORY);
  await makeDirectory(directory, owner.directory);
  for (const [name, content] of host.bundles(unit.tls)) {
    if (textOf(join(directory, name)) !== content) await writeAtomically(join(directory, name), content, owner.file);
  }
  for (const use of usesOf(unit.tls)) {
    if (judge(directory, use, unit.tls, host, now).standing === 'good') continue;
    const key = await keyAt(join(directory, `${use}.key`), owner);
    const certificate = new X509Certificate(await host.certify(unit.name, use, createRequest(key, unit.name)));
    if (!certificate.checkPrivateKey(key)) {
      throw new Fault('internal', `cannot use the certificate of ${unit.name}: it is of another key`);
    }
    await writeAtomically(join(directory, `${use}.crt`), toPem(certificate.raw), owner.file);
  }
  const wanted = usesOf(unit.tls);
  for (const use of (['endpoint', 'scrape'] as const).filter((one) => !wanted.includes(one))) {
    for (const name of FILES[use]) await rm(join(directory, name), { force: true });
  }
}

const FILES: Readonly<Record<TlsUse, readonly string[]>> = {
  endpoint: ['endpoint.crt', 'endpoint.key', 'clients.pem'],
  scrape: ['scrape.crt', 'scrape.key', 'endpoints.pem'],
};

/** Nothing that runs needs them. */
export const removeTlsFiles = (etc: string): Promise<void> =>
  rm(join(etc, TLS_DIRECTORY), { recursive: true, force: true });

async function keyAt(path: string, owner: Owner): Promise<KeyObject> {
  const present = keyIn(textOf(path));
  if (present) return present;
  const key = createKey();
  await writeAtomically(path, key.export({ type: 'pkcs8', format: 'pem' }), owner.file);
  return key;
}

/** One that was changed by hand is none: another takes its place. */
function keyIn(pem: string | undefined): KeyObject | undefined {
  try {
    return pem === undefined ? undefined : createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
