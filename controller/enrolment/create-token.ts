import { showDuration } from '../../proto/duration.ts';
import { Fault } from '../../proto/fault.ts';
import type { Commit } from '../events/commit.ts';
import type { Stores } from '../store/stores.ts';
import { hashJoinToken, makeJoinToken, TOKEN_BYTES } from './join-token.ts';
import { checkLabels } from './labels.ts';

export interface TokenDeps {
  readonly stores: Pick<Stores, 'joinTokens'>;
  readonly commit: Commit;
  readonly now: () => number;
}

export interface TokenRequest {
  readonly labels: Readonly<Record<string, string>>;
  readonly uses: number;
  readonly lastsMs: number;
}

const MAX_USES = 100_000;
const LONGEST_MS = 366 * 86_400_000;

/** The token is in the answer and nowhere else: only its hash is stored. */
export function createToken(
  { stores, commit, now }: TokenDeps,
  request: TokenRequest,
  actor: string,
  randomBytes: (count: number) => Uint8Array,
): { readonly id: string; readonly token: string; readonly expiresAt: number } {
  checkLabels(request.labels);
  if (!Number.isInteger(request.uses) || request.uses < 1 || request.uses > MAX_USES) {
    throw new Fault('invalid', `cannot create a token for ${request.uses} uses: from 1 to ${MAX_USES}`);
  }
  if (!(request.lastsMs >= 1_000 && request.lastsMs <= LONGEST_MS)) {
    throw new Fault('invalid', 'cannot create a token that lasts so long or short: from 1 second to 366 days');
  }
  const token = makeJoinToken(randomBytes(TOKEN_BYTES));
  const id = Buffer.from(randomBytes(4)).toString('hex');
  const at = now();
  const expiresAt = at + Math.round(request.lastsMs);
  commit((record) => {
    stores.joinTokens.insert({
      id,
      hash: hashJoinToken(token),
      labels: request.labels,
      usesLeft: request.uses,
      expiresAt,
      createdAt: at,
      createdBy: actor,
      revokedAt: undefined,
    });
    const message = `${actor} created token ${id}: ${request.uses === 1 ? '1 use' : `${request.uses} uses`}, for ${showDuration(request.lastsMs)}`;
    record({ at, kind: 'TokenCreated', host: '', unit: '', message });
  });
  return { id, token, expiresAt };
}

/** Hosts that it has enrolled stay. */
export function revokeToken({ stores, commit, now }: TokenDeps, id: string, actor: string): void {
  const at = now();
  commit((record) => {
    if (!stores.joinTokens.find(id)) {
      throw new Fault('not_found', `cannot revoke token ${id}: there is none`, {
        hint: '"promfleet token list" shows the ids; an id is not the token itself',
      });
    }
    if (!stores.joinTokens.revoke(id, at)) return;
    record({ at, kind: 'TokenRevoked', host: '', unit: '', message: `${actor} revoked token ${id}` });
  });
}
