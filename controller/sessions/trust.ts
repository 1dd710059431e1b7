import { tlsTrustDigest } from '../../proto/digest.ts';
import type { ControllerSays, TlsAuthorities } from '../../proto/message.ts';
import type { HostStore } from '../store/hosts.ts';
import type { Session } from './session.ts';

/** The authorities that agents are to trust; `signer` is the one that their certificates should be of. */
export interface Trusted {
  readonly authorities: readonly Uint8Array[];
  readonly digest: string;
  readonly signer: string;
  /** Of units. */
  readonly tls?: TlsAuthorities;
}

const NO_AUTHORITIES: TlsAuthorities = { endpoints: [], scrapers: [], signer: 0 };

/** What a host is to be told of whom it trusts; undefined when it knows, or was told just now. */
export function trustToSend(
  trusted: Trusted,
  session: Session,
  hosts: HostStore,
  isFresh: (atMs: number) => boolean,
): { readonly of: string; readonly says: ControllerSays } | undefined {
  const { authorities, digest, signer, tls = NO_AUTHORITIES } = trusted;
  const { report, sentTrust } = session;
  if (!report) return undefined;
  const renew = hosts.find(session.host)?.certificateAuthority !== signer;
  const tlsDigest = tlsTrustDigest(tls);
  if (!renew && report.trustDigest === digest && (report.tlsTrustDigest ?? '') === tlsDigest) return undefined;
  const of = `${digest} ${signer} ${tlsDigest}`;
  if (sentTrust?.of === of && isFresh(sentTrust.atMs)) return undefined;
  return { of, says: { kind: 'trust', authorities, renew, tls } };
}
