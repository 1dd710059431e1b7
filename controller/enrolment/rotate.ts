import type { Commit } from '../events/commit.ts';
import type { Stores } from '../store/stores.ts';
import type { Authority } from './authority.ts';

export interface RotationDeps {
  readonly stores: Pick<Stores, 'hosts' | 'reports'>;
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
  const hosts = stores.hosts.all().map(({ name, certificateAuthority }) => ({
    name,
    certificateAuthority,
    trustDigest: reports.get(name)?.report.trustDigest,
  }));
  await authority.finish(hosts);
  announce(commit, now(), `${actor} retired the old root of the certificate authority`);
}

const announce = (commit: Commit, at: number, message: string): void =>
  commit((record) => record({ at, kind: 'AuthorityRotated', host: '', unit: '', message }));
