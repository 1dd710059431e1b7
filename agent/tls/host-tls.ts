import { tlsTrustDigest } from '../../proto/digest.ts';
import { Fault } from '../../proto/fault.ts';
import type { UnitTls } from '../../proto/spec.ts';
import type { Credentials } from '../supervise/ask-loopback.ts';
import { type OwnClient, ownClient } from './own-client.ts';

/** Authorities (PEM) of what units serve and scrape with, as the identity file keeps them. */
export interface TlsTrust {
  readonly endpoints: readonly string[];
  readonly scrapers: readonly string[];
  readonly signer: number;
}

export const NO_TRUST: TlsTrust = { endpoints: [], scrapers: [], signer: 0 };

export type TlsUse = 'endpoint' | 'scrape';

/** Asks the controller. @returns DER */
export type CertifyUnit = (unit: string, use: TlsUse, csrDer: Uint8Array) => Promise<Uint8Array>;

const noCertificates: CertifyUnit = (unit) =>
  Promise.reject(new Fault('unavailable', `cannot get a certificate for ${unit}: there is no controller`));

/** Whom this host trusts over TLS, and how its units come by certificates. */
export class HostTls {
  readonly certify: CertifyUnit;
  readonly #state: string;
  #trust: TlsTrust = NO_TRUST;
  #digest = '';
  #own: OwnClient | undefined;

  constructor(state: string, certify: CertifyUnit = noCertificates) {
    this.#state = state;
    this.certify = certify;
  }

  get trust(): TlsTrust {
    return this.#trust;
  }
  /** '' before the first. */
  get digest(): string {
    return this.#digest;
  }

  believe(trust: TlsTrust): void {
    this.#trust = trust;
    const { endpoints, scrapers, signer } = trust;
    this.#digest = tlsTrustDigest({ endpoints: endpoints.map(derOf), scrapers: scrapers.map(derOf), signer });
  }

  /** What this host shows its own units, and whom it believes there. */
  credentials = (): Credentials | undefined => {
    if (this.#trust.endpoints.length === 0) return undefined;
    const { certificate: cert, key } = this.#ownClient();
    return { ca: this.#trust.endpoints, cert, key };
  };

  /** Path below the unit's `.tls` → content, of the files that say whom it believes. */
  bundles({ names, scrapes, clients }: UnitTls): Map<string, string> {
    const { endpoints, scrapers } = this.#trust;
    const bundles = new Map<string, string>();
    if (names.length > 0) bundles.set('clients.pem', joined([...scrapers, this.#ownClient().certificate, ...clients]));
    if (scrapes) bundles.set('endpoints.pem', joined(endpoints));
    return bundles;
  }

  #ownClient(): OwnClient {
    this.#own ??= ownClient(this.#state);
    return this.#own;
  }
}

const joined = (certificates: readonly string[]): string => certificates.map((pem) => `${pem.trim()}\n`).join('');

const derOf = (pem: string): Buffer => Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
