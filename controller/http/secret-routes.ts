import { z } from 'zod';
import { type Call, type Route, route } from './call.ts';
import type { HttpDeps, PutSecret } from './deps.ts';
import * as schemas from './schemas.ts';

const name = z.string().min(1);
/** Of no use to say more than that it is text: what is wrong with a value is never shown with it. */
const value = z.string({ error: 'a text is meant' });

const secretView = z
  .object({
    name,
    /** How often it was given a value. */
    number: z.int(),
    setAtMs: z.number(),
    setBy: z.string(),
    /** False: it was sealed with a key that is not there. */
    isReadable: z.boolean(),
    /** `unit@host` of all that have it. */
    units: z.array(z.string()).readonly(),
  })
  .readonly();
const putSecret = z
  .object({
    name,
    number: z.int(),
    /** Null: no host has what changed with it. */
    applied: schemas.applied.nullable(),
  })
  .readonly();

export type SecretView = z.infer<typeof secretView>;

const shown = ({ name, number, applied }: PutSecret) => ({ name, number, applied: applied ?? null });

/** Values come in here, and none goes out. */
export const secretRoutes: readonly Route[] = [
  route({
    on: 'GET /v1/secrets',
    access: 'viewer',
    summary: 'Which secrets there are, and what has them; never a value',
    response: z.array(secretView).readonly(),
    run: ({ secrets }) => secrets.list(),
  }),
  route({
    on: 'POST /v1/secrets',
    access: 'operator',
    doing: 'setting a secret',
    summary: 'A new secret',
    body: z.strictObject({ name, value }),
    response: putSecret,
    target: (body) => body.name,
    run: async (deps: HttpDeps, { body, actor }: Call<{ name: string; value: string }>) =>
      shown(await deps.secrets.set(body.name, body.value, actor.name)),
  }),
  route({
    on: 'PUT /v1/secrets/:name',
    access: 'operator',
    doing: 'rotating a secret',
    summary: 'Another value of a secret: the hosts that have it get it at once',
    body: z.strictObject({ value }),
    response: putSecret,
    run: async (deps: HttpDeps, { body, actor, params }: Call<{ value: string }>) =>
      shown(await deps.secrets.rotate(params['name'] ?? '', body.value, actor.name)),
  }),
  route({
    on: 'DELETE /v1/secrets/:name',
    access: 'operator',
    doing: 'removing a secret',
    summary: 'Removes a secret that the fleet does not name',
    response: z.void(),
    run: (deps: HttpDeps, { actor, params }: Call) => deps.secrets.remove(params['name'] ?? '', actor.name),
  }),
];
