import type { z } from 'zod';
import { createOperator, revokeOperator, stateOf } from '../access/operators.ts';
import type { Call } from './call.ts';
import type { HttpDeps } from './deps.ts';
import type * as schemas from './schemas.ts';

export type OperatorView = z.infer<typeof schemas.operatorView>;
export type CreatedOperator = z.infer<typeof schemas.createdOperator>;

export function addOperator(deps: HttpDeps, call: Call<z.output<typeof schemas.newOperator>>): CreatedOperator {
  const { name, role } = call.body;
  return { name, role, ...createOperator(deps, call.body, call.actor.name) };
}

export const listOperators = ({ stores, now }: HttpDeps): OperatorView[] =>
  stores.operators.all().map((operator) => {
    const { name, role, expiresAt, createdAt, createdBy } = operator;
    return { name, role, expiresAt, createdAt, createdBy, state: stateOf(operator, now()) };
  });

export const removeOperator = (deps: HttpDeps, { params, actor }: Call): void =>
  revokeOperator(deps, params['name'] ?? '', actor.name);
