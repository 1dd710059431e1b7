import { experimental, type ServerCredentials } from '@grpc/grpc-js';
import type { Authority } from '../enrolment/authority.ts';
import { toPem } from '../enrolment/certificates.ts';

type Provider = Parameters<typeof experimental.createCertificateProviderServerCredentials>[0];
type CaListener = Parameters<Provider['addCaCertificateListener']>[0];
type IdentityListener = Parameters<Provider['addIdentityCertificateListener']>[0];

/** Our certificate and the roots we trust, replaced under running servers: who is connected stays connected. */
export class LiveCertificates implements Provider {
  readonly #authority: Authority;
  readonly #caListeners = new Set<CaListener>();
  readonly #identityListeners = new Set<IdentityListener>();
  #ca: { caCertificate: Buffer } | null = null;
  #identity: { certificate: Buffer; privateKey: Buffer } | null = null;

  constructor(authority: Authority) {
    this.#authority = authority;
  }

  /** Reads the authority again. */
  async refresh(): Promise<void> {
    const { certificate, key } = await this.#authority.serverCertificate();
    this.#identity = { certificate: Buffer.from(certificate), privateKey: Buffer.from(key) };
    this.#ca = { caCertificate: Buffer.from(this.#authority.roots().map(toPem).join('')) };
    for (const listener of this.#caListeners) listener(this.#ca);
    for (const listener of this.#identityListeners) listener(this.#identity);
  }

  /** For agents alone: a certificate of one of our roots is required. */
  mutual = (): ServerCredentials => experimental.createCertificateProviderServerCredentials(this, this, true);
  /** For whoever has no certificate yet. The first argument is the identity, whatever the declaration calls it. */
  serverOnly = (): ServerCredentials => experimental.createCertificateProviderServerCredentials(this, null, false);

  // Told a moment later: whoever adds a listener is not ready to hear until it has returned.
  addCaCertificateListener(listener: CaListener): void {
    this.#caListeners.add(listener);
    queueMicrotask(() => listener(this.#ca));
  }
  removeCaCertificateListener(listener: CaListener): void {
    this.#caListeners.delete(listener);
  }
  addIdentityCertificateListener(listener: IdentityListener): void {
    this.#identityListeners.add(listener);
    queueMicrotask(() => listener(this.#identity));
  }
  removeIdentityCertificateListener(listener: IdentityListener): void {
    this.#identityListeners.delete(listener);
  }
}
