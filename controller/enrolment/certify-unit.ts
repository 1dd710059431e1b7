import { isIP } from 'node:net';
import { Fault } from '../../proto/fault.ts';
import type { UnitSpec, UnitTls } from '../../proto/spec.ts';
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
  /** The address that the request comes from. */
  readonly from: string;
}

/**
 * A certificate for one unit of a host: what the host's own spec says of that unit, and nothing else.
 * @throws Fault `denied` when its spec says no such thing
 */
export async function certifyUnit(
  { stores, authority }: CertifyDeps,
  host: string,
  { unit, use, csrDer, from }: CertifyRequest,
): Promise<Issued> {
  const key = await readCsr(csrDer);
  const denied = (why: string) => new Fault('denied', `cannot certify ${unit}@${host}: ${why}`);
  // With a key of both kinds, one certificate could pass for the other.
  if (stores.hosts.byKey(key.fingerprint)) throw denied('the request is signed by the key of a host');
  const tls: UnitTls | undefined = stores.specs.find(host)?.spec.units.find(({ name }) => name === unit)?.tls;
  if (use === 'endpoint') {
    if (!tls || tls.names.length === 0) throw denied('its spec has no endpoint that speaks TLS');
    const [taken] = tls.names.flatMap((name) => takenBy(stores, host, name, from));
    if (taken) {
      throw new Fault(
        'denied',
        `cannot certify ${unit}@${host}: ${taken.address} is the address of ${taken.host}, too`,
        {
          hint: `if it is ${host}'s, write what others reach ${taken.host} at as \`address:\` in a \`kind: Host\` named ${taken.host}`,
        },
      );
    }
    return authority.signEndpoint(`${unit}@${host}`, tls.names, key.publicKey);
  }
  if (use === 'scrape') {
    if (!tls?.scrapes) throw denied('its spec scrapes nothing');
    return authority.signScraper(`${unit}@${host}`, key.publicKey);
  }
  throw denied(`there is no certificate to ${JSON.stringify(use)} with`);
}

/**
 * Another host that has this address as well. A host says itself where it is reached: one that is not its owner's any more must not get a certificate
 * for the address of another. Whoever speaks from there has it.
 */
function takenBy(
  { hosts, specs }: CertifyDeps['stores'],
  host: string,
  address: string,
  from: string,
): { readonly address: string; readonly host: string }[] {
  if (isIP(address) === 0 || LOOPBACK.has(address) || address === from) return [];
  const other = hosts.all().find(({ name, facts }) => {
    if (name === host) return false;
    const own = [facts.address, facts.ownAddress, ...(specs.find(name)?.spec.units ?? []).flatMap(namesOf)];
    return own.includes(address);
  });
  return other ? [{ address, host: other.name }] : [];
}

const LOOPBACK = new Set(['127.0.0.1', '::1']);
const namesOf = ({ tls }: UnitSpec): readonly string[] => tls?.names ?? [];
