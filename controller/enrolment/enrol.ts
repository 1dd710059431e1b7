import { checkClock } from '../../proto/clock-skew.ts';
import { Fault } from '../../proto/fault.ts';
import type { HostFacts } from '../../proto/report.ts';
import type { Commit } from '../events/commit.ts';
import type { HostRow } from '../store/hosts.ts';
import type { JoinTokenRow } from '../store/join-tokens.ts';
import type { Stores } from '../store/stores.ts';
import type { Authority } from './authority.ts';
import { checkFacts } from './check-facts.ts';
import { hashJoinToken, judgeJoinToken, judgeRepeat, readJoinToken } from './join-token.ts';
import { judgeHost } from './judge-host.ts';
import { type HostKey, readCsr } from './key.ts';

export interface EnrolmentDeps {
  readonly stores: Pick<Stores, 'hosts' | 'joinTokens'>;
  readonly commit: Commit;
  readonly authority: Authority;
  readonly now: () => number;
}

export interface EnrolRequest {
  readonly token: string;
  readonly csrDer: Uint8Array;
  readonly facts: HostFacts;
  /** '': the hostname. */
  readonly name: string;
  /** The host's own clock. */
  readonly atMs: number;
}

export interface Enrolled {
  readonly host: string;
  readonly certificateDer: Buffer;
  readonly authorities: readonly Buffer[];
}

const HOST_NAME = /^[a-z0-9]([a-z0-9._-]{0,251}[a-z0-9])?$/;

/** Spends the token and creates the host in one transaction. The same key again, with the same token or a fresh one, is the same host. */
export async function enrolHost(deps: EnrolmentDeps, request: EnrolRequest): Promise<Enrolled> {
  const { stores, commit, authority, now } = deps;
  const hash = hashJoinToken(readJoinToken(request.token));
  // Before anything is worked out for whoever asks: strangers may ask, too.
  judgeRepeat(stores.joinTokens.byHash(hash), now());
  checkFacts(request.facts);
  const key = await readCsr(request.csrDer);
  checkClock('enrol', request.atMs, now());
  const name = judgeEnrolment(deps, hash, key, request).name;
  const issued = await authority.signHost(name, key.publicKey);
  commit((record) => {
    // Judged again: while the certificate was made, another host may have spent the token or taken the name.
    const { token, known, repeats } = judgeEnrolment(deps, hash, key, request);
    if (!repeats) stores.joinTokens.spend(token.id);
    const at = now();
    const row = {
      certificateUntil: issued.until,
      certificateAuthority: issued.authority,
      tokenLabels: token.labels,
      facts: request.facts,
      enrolledBy: token.id,
    };
    if (known) stores.hosts.update(name, row);
    else stores.hosts.insert(newHost(name, key, at, row));
    const message = `${name} enrolled${known ? ' again' : ''} with token ${token.id}`;
    record({ at, kind: 'HostEnrolled', host: name, unit: '', message });
  });
  return { host: name, certificateDer: issued.der, authorities: authority.roots() };
}

interface Judged {
  readonly name: string;
  readonly token: JoinTokenRow;
  /** The host that has this key already. */
  readonly known: HostRow | undefined;
  /** The very token that enrolled it: its answer was lost. */
  readonly repeats: boolean;
}

function judgeEnrolment({ stores, now }: EnrolmentDeps, hash: string, key: HostKey, request: EnrolRequest): Judged {
  const row = stores.joinTokens.byHash(hash);
  const withKey = stores.hosts.byKey(key.fingerprint);
  const known = withKey?.removedAt === undefined ? withKey : undefined;
  const repeats = known !== undefined && known.enrolledBy === row?.id;
  const token = repeats ? judgeRepeat(row, now()) : judgeJoinToken(row, now());
  // Whoever removed it did not mean to let it back in with a token that it may still hold.
  if (withKey?.removedAt !== undefined && token.createdAt <= withKey.removedAt) judgeHost(withKey);
  const name = known?.name ?? chooseName(request);
  const holder = stores.hosts.find(name);
  if (holder && holder.keyFingerprint !== key.fingerprint) {
    throw new Fault('conflict', `cannot enrol ${name}: a host of that name is enrolled with another key`, {
      hint: `if this machine replaces it, remove that one first ("promfleet host remove ${name}"); else enrol under another name with --name`,
    });
  }
  return { name, token, known, repeats };
}

function chooseName({ name, facts }: EnrolRequest): string {
  const chosen = name || facts.hostname.toLowerCase();
  if (HOST_NAME.test(chosen)) return chosen;
  throw new Fault('invalid', `cannot enrol "${chosen}": that can't be the name of a host`, {
    hint: 'choose one with --name: lower-case letters, digits, ".", "-" and "_"',
  });
}

const newHost = (
  name: string,
  key: HostKey,
  at: number,
  row: Pick<HostRow, 'certificateUntil' | 'certificateAuthority' | 'tokenLabels' | 'facts' | 'enrolledBy'>,
): HostRow => ({
  ...row,
  name,
  keyFingerprint: key.fingerprint,
  labels: {},
  enrolledAt: at,
  lastSeenAt: undefined,
  removedAt: undefined,
});
