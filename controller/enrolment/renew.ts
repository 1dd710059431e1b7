import { checkClock } from '../../proto/clock-skew.ts';
import { showDuration } from '../../proto/duration.ts';
import { Fault } from '../../proto/fault.ts';
import type { HostRow } from '../store/hosts.ts';
import type { Enrolled, EnrolmentDeps } from './enrol.ts';
import { judgeHost } from './judge-host.ts';
import { type HostKey, readCsr } from './key.ts';

const SAME_MS = 60_000;
/** How long a host may be away: its key still proves who it is. */
const LAPSED_MS = 90 * 86_400_000;

/** A host in a session asks for its next certificate. */
export async function renewCertificate(deps: EnrolmentDeps, host: string, csrDer: Uint8Array): Promise<Enrolled> {
  const key = await readCsr(csrDer);
  const row = judgeHost(deps.stores.hosts.byKey(key.fingerprint));
  if (row.name !== host) {
    throw new Fault('denied', `cannot renew the certificate of ${host}: the request is signed by another host’s key`);
  }
  return issue(deps, row, key);
}

/** A host without a valid certificate asks, by proof of its key. */
export async function renewLapsed(
  deps: EnrolmentDeps,
  request: { csrDer: Uint8Array; atMs: number },
): Promise<Enrolled> {
  const key = await readCsr(request.csrDer);
  const row = judgeHost(deps.stores.hosts.byKey(key.fingerprint));
  checkClock('renew the certificate', request.atMs, deps.now());
  const lapsedMs = deps.now() - row.certificateUntil;
  if (lapsedMs > LAPSED_MS) {
    throw new Fault('denied', `cannot renew the certificate of ${row.name}: it lapsed ${showDuration(lapsedMs)} ago`, {
      hint: `up to ${showDuration(LAPSED_MS)} a host renews by its key alone; enrol it again with a new join token`,
    });
  }
  return issue(deps, row, key);
}

async function issue({ stores, commit, authority, now }: EnrolmentDeps, row: HostRow, key: HostKey): Promise<Enrolled> {
  const issued = await authority.signHost(row.name, key.publicKey);
  const answer = { host: row.name, certificateDer: issued.der, authorities: authority.roots() };
  // Asked again at once: it is the certificate of before, for all that is kept of it.
  const isNews = issued.until - row.certificateUntil >= SAME_MS || issued.authority !== row.certificateAuthority;
  // Judged again: it may have been removed while the certificate was made.
  judgeHost(stores.hosts.byKey(key.fingerprint));
  if (!isNews) return answer;
  commit((record) => {
    judgeHost(stores.hosts.byKey(key.fingerprint));
    stores.hosts.update(row.name, { certificateUntil: issued.until, certificateAuthority: issued.authority });
    const message = `${row.name} has a certificate until ${new Date(issued.until).toISOString()}`;
    record({ at: now(), kind: 'CertificateRenewed', host: row.name, unit: '', message });
  });
  return answer;
}
