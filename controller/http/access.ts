import { Fault } from '../../proto/fault.ts';
import { recogniseOperator } from '../access/operators.ts';
import type { OperatorRow, Role } from '../store/operators.ts';

export type Access = 'anyone' | Role;

export interface Actor {
  /** As the audit names them: an operator's name, or `unix:<user>`. */
  readonly name: string;
  readonly access: Access;
}

export const NOBODY: Actor = { name: '-', access: 'anyone' };

const RANK: Record<Access, number> = { anyone: 0, viewer: 1, operator: 2, admin: 3 };
export const mayUse = (actor: Actor, access: Access): boolean => RANK[actor.access] >= RANK[access];

const named = (access: Access): string => (access === 'viewer' ? 'a viewer' : `an ${access}`);

/** @throws Fault `denied` */
export function demandAccess(actor: Actor, access: Access, doing: string): void {
  if (mayUse(actor, access)) return;
  if (actor.access === 'anyone') {
    throw new Fault('denied', `${doing} needs ${named(access)}, and no credential was given`, {
      hint: 'send "Authorization: Bearer pfo_…"; "promfleet user create" makes one, "promfleet login" keeps it',
    });
  }
  throw new Fault('denied', `${actor.name} is ${named(actor.access)}, and ${doing} needs ${named(access)}`, {
    hint: 'ask an admin for a credential with that role',
  });
}

/** Who the bearer of a credential is. @throws Fault `denied` when there is a credential and it is no good. */
export function recogniseBearer(
  operators: () => readonly OperatorRow[],
  credential: string | undefined,
  now: number,
): Actor {
  if (credential === undefined) return NOBODY;
  const { name, role } = recogniseOperator(operators(), credential, now);
  return { name, access: role };
}

export const bearerOf = (authorization: string | undefined): string | undefined =>
  authorization?.match(/^Bearer +(\S+) *$/i)?.[1] ?? authorization;

/** Whoever can open the local socket is an admin; the name that they give is for the audit only. */
export function localActor(userHeader: string | string[] | undefined): Actor {
  const user = typeof userHeader === 'string' && /^[a-zA-Z0-9._-]{1,64}$/.test(userHeader) ? userHeader : 'unknown';
  return { name: `unix:${user}`, access: 'admin' };
}
