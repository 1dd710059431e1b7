import type { z } from 'zod';
import { Fault } from '../../proto/fault.ts';
import type { JoinTokenRow } from '../store/join-tokens.ts';
import type { Call } from './call.ts';
import type { HttpDeps } from './deps.ts';
import type * as schemas from './schemas.ts';

export type TokenView = z.infer<typeof schemas.tokenView>;
export type CreatedToken = z.infer<typeof schemas.createdToken>;

export function createToken(deps: HttpDeps, { body, actor }: Call<z.output<typeof schemas.newToken>>): CreatedToken {
  const { id, token, expiresAt } = deps.inventory.createToken(body, actor.name);
  return { id, token, expiresAt, enrolAddress: deps.enrolAddress(), ca: deps.authority.pin() };
}

export const listTokens = ({ stores, now }: HttpDeps): TokenView[] =>
  stores.joinTokens.all().map((token) => {
    const { id, labels, usesLeft, expiresAt, createdAt, createdBy } = token;
    return { id, labels: { ...labels }, usesLeft, expiresAt, createdAt, createdBy, state: stateOf(token, now()) };
  });

function stateOf(token: JoinTokenRow, now: number): TokenView['state'] {
  if (token.revokedAt !== undefined) return 'revoked';
  if (token.usesLeft === 0) return 'used';
  return token.expiresAt <= now ? 'expired' : 'valid';
}

export function revokeToken(deps: HttpDeps, { params, actor }: Call): void {
  const id = params['id'] ?? '';
  if (!deps.stores.joinTokens.find(id)) {
    throw new Fault('not_found', `cannot revoke join token ${id}: there is none of that id`, {
      hint: 'run "promfleet token list" to see them',
    });
  }
  deps.inventory.revokeToken(id, actor.name);
}
