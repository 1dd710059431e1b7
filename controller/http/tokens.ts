import type { z } from 'zod';
import { adviceOf, Fault } from '../../proto/fault.ts';
import { installLine } from '../downloads/install-script.ts';
import type { JoinTokenRow } from '../store/join-tokens.ts';
import type { Call } from './call.ts';
import type { HttpDeps } from './deps.ts';
import type * as schemas from './schemas.ts';

export type TokenView = z.infer<typeof schemas.tokenView>;
export type CreatedToken = z.infer<typeof schemas.createdToken>;

export function createToken(deps: HttpDeps, { body, actor }: Call<z.output<typeof schemas.newToken>>): CreatedToken {
  const { id, token, expiresAt } = deps.inventory.createToken(body, actor.name);
  const created = { id, token, expiresAt, enrolAddress: deps.enrolAddress(), ca: deps.authority.pin() };
  return { ...created, ...installationWith(token, deps) };
}

function installationWith(token: string, deps: HttpDeps): Pick<CreatedToken, 'install' | 'installProblem'> {
  try {
    const { sha256 } = deps.downloads.script();
    const [api, pin] = [deps.apiUrl(), deps.authority.serverPin()];
    return { install: { line: installLine(token, api, pin), url: `${api}/install.sh`, sha256, pin } };
  } catch (error) {
    // A token is good without it, for a host that has the agent.
    if (error instanceof Fault && error.code === 'unavailable')
      return { install: null, installProblem: adviceOf(error) };
    throw error;
  }
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
