import { Fault } from '../../proto/fault.ts';
import type { Commit } from '../events/commit.ts';
import type { OperatorRow, OperatorStore, Role } from '../store/operators.ts';
import { createCredential, hashCredential, isCredential, sameHash } from './credential.ts';

export interface OperatorDeps {
  readonly stores: { readonly operators: OperatorStore };
  readonly commit: Commit;
  readonly now: () => number;
}

export type OperatorState = 'valid' | 'expired' | 'revoked';
export const stateOf = (operator: OperatorRow, now: number): OperatorState =>
  operator.revokedAt !== undefined ? 'revoked' : operator.expiresAt <= now ? 'expired' : 'valid';

/** The credential is in the answer and nowhere else. A name whose credential ended can be given again. */
export function createOperator(
  { stores, commit, now }: OperatorDeps,
  wanted: { name: string; role: Role; lastsMs: number },
  actor: string,
): { credential: string; expiresAt: number } {
  const at = now();
  const credential = createCredential();
  const expiresAt = at + wanted.lastsMs;
  commit((record) => {
    const before = stores.operators.find(wanted.name);
    if (before && stateOf(before, at) === 'valid') {
      throw new Fault('conflict', `cannot create operator ${wanted.name}: there is one of that name`, {
        hint: `choose another name, or run "promfleet user revoke ${wanted.name}" first`,
      });
    }
    const { name, role } = wanted;
    const hash = hashCredential(credential);
    stores.operators.put({ name, role, hash, expiresAt, createdAt: at, createdBy: actor, revokedAt: undefined });
    record({ at, kind: 'OperatorCreated', host: '', unit: '', message: `${actor} made ${name} ${a(role)}` });
  });
  return { credential, expiresAt };
}

const a = (role: Role) => (role === 'viewer' ? 'a viewer' : role === 'operator' ? 'an operator' : 'an admin');

export function revokeOperator({ stores, commit, now }: OperatorDeps, name: string, actor: string): void {
  commit((record) => {
    const operator = stores.operators.find(name);
    if (!operator) {
      throw new Fault('not_found', `cannot revoke operator ${name}: there is none of that name`, {
        hint: 'run "promfleet user list" to see them',
      });
    }
    if (operator.revokedAt !== undefined) return;
    stores.operators.revoke(name, now());
    record({ at: now(), kind: 'OperatorRevoked', host: '', unit: '', message: `${actor} revoked ${name}` });
  });
}

/** @throws Fault `denied`, a message of its own for each way in which a credential can be no good. */
export function recogniseOperator(operators: readonly OperatorRow[], credential: string, now: number): OperatorRow {
  if (!isCredential(credential)) {
    throw new Fault('denied', 'cannot accept the credential: it is not the whole of one', {
      hint: 'it is "pfo_" and 43 characters, as "promfleet user create" printed it',
    });
  }
  const hash = hashCredential(credential);
  let found: OperatorRow | undefined;
  for (const operator of operators) if (sameHash(operator.hash, hash)) found = operator;
  if (!found) {
    throw new Fault('denied', 'cannot accept the credential: this controller does not know it', {
      hint: 'is it for another controller? "promfleet context" shows which one you speak to',
    });
  }
  if (found.revokedAt !== undefined) {
    throw new Fault('denied', `cannot accept the credential of ${found.name}: it was revoked`, {
      hint: `an admin can make another: promfleet user create ${found.name} --role ${found.role}`,
    });
  }
  if (found.expiresAt <= now) {
    const when = new Date(found.expiresAt).toISOString();
    throw new Fault('denied', `cannot accept the credential of ${found.name}: it expired at ${when}`, {
      hint: `an admin can make another: promfleet user create ${found.name} --role ${found.role}`,
    });
  }
  return found;
}
