import type { Commit } from '../events/commit.ts';
import type { Stores } from '../store/stores.ts';
import type { Authority } from './authority.ts';
import { lateUnits } from './late-units.ts';

export interface RotationDeps {
  readonly stores: Pick<Stores, 'hosts' | 'reports' | 'specs'>;
  readonly commit: Commit;
  readonly authority: Authority;
  readonly now: () => number;
}

/** The caller then makes the servers and the sessions take it in. */
export async function rotateAuthority({ commit, authority, now }: RotationDeps, actor: string): Promise<void> {
  await authority.rotate();
  announce(commit, now(), `${actor} began to replace the certificate authority: both roots are trusted`);
}

/** @throws Fault `conflict` naming the hosts that would be cut off. */
export async function finishRotation({ stores, commit, authority, now }: RotationDeps, actor: string): Promise<void> {
  const reports = stores.reports.all();
  const specs = stores.specs.all();
  const hosts = stores.hosts.all().map(({ name, certificateAuthority }) => ({
    name,
    certificateAuthority,
    trustDigest: reports.get(name)?.report.trustDigest,
    lateUnits: lateUnits(specs.get(name)?.spec, reports.get(name)?.report, authority.tls()),
  }));
  await authority.finish(hosts);
  announce(commit, now(), `${actor} retired the old root of the certificate authority`);
}

/**
 * In a rotation units get certificates of the new root only once all of them trust it: else a scraper that has not heard of it yet would
 * refuse an endpoint that has.
 * @returns whether they are signed anew from now on
 */
export async function followRotation({ stores, authority }: Omit<RotationDeps, 'commit' | 'now'>): Promise<boolean> {
  const authorities = authority.tls();
  if (authorities.signer === authorities.endpoints.length - 1) return false;
  const reports = stores.reports.all();
  for (const [host, { spec }] of stores.specs.all()) {
    if (lateUnits(spec, reports.get(host)?.report, authorities).length > 0) return false;
  }
  await authority.signUnitsAnew();
  return true;
}

const announce = (commit: Commit, at: number, message: string): void =>
  commit((record) => record({ at, kind: 'AuthorityRotated', host: '', unit: '', message }));
