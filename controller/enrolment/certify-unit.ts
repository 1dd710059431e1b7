import { Fault } from '../../proto/fault.ts';
import type { UnitTls } from '../../proto/spec.ts';
import type { Stores } from '../store/stores.ts';
import type { Authority } from './authority.ts';
import type { Issued } from './certificates.ts';
import { readCsr } from './key.ts';

export interface CertifyDeps {
  readonly stores: Pick<Stores, 'hosts' | 'specs'>;
  readonly authority: Pick<Authority, 'signEndpoint' | 'signScraper'>;
}

export interface CertifyRequest {
  readonly unit: string;
  readonly use: string;
  readonly csrDer: Uint8Array;
}

/**
 * A certificate for one unit of a host: what the host's own spec says of that unit, and nothing else.
 * @throws Fault `denied` when its spec says no such thing
 */
export async function certifyUnit(
  { stores, authority }: CertifyDeps,
  host: string,
  { unit, use, csrDer }: CertifyRequest,
): Promise<Issued> {
  const key = await readCsr(csrDer);
  const denied = (why: string) => new Fault('denied', `cannot certify ${unit}@${host}: ${why}`);
  // With a key of both kinds, one certificate could pass for the other.
  if (stores.hosts.byKey(key.fingerprint)) throw denied('the request is signed by the key of a host');
  const tls: UnitTls | undefined = stores.specs.find(host)?.spec.units.find(({ name }) => name === unit)?.tls;
  if (use === 'endpoint') {
    if (!tls || tls.names.length === 0) throw denied('its spec has no endpoint that speaks TLS');
    return authority.signEndpoint(`${unit}@${host}`, tls.names, key.publicKey);
  }
  if (use === 'scrape') {
    if (!tls?.scrapes) throw denied('its spec scrapes nothing');
    return authority.signScraper(`${unit}@${host}`, key.publicKey);
  }
  throw denied(`there is no certificate to ${JSON.stringify(use)} with`);
}
