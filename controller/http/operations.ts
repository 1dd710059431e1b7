import type { z } from 'zod';
import { adviceOf, Fault } from '../../proto/fault.ts';
import type { Call } from './call.ts';
import type { HttpDeps } from './deps.ts';
import type * as schemas from './schemas.ts';

export type OperationOutcome = z.infer<typeof schemas.operationOutcome>;
type OperationBody = z.output<typeof schemas.operationRequest>;

/** `ok`, or `failed: 1 of 3`. */
export function outcomeOf(outcomes: readonly OperationOutcome[]): string {
  const failed = outcomes.filter(({ ok }) => !ok).length;
  return failed === 0 ? 'ok' : `failed: ${failed} of ${outcomes.length}`;
}

/** A program may take long to stop, and the agent waits for it to be ready again. */
const OPERATION_TIMEOUT_MS = 120_000;

/** Restart and reload are acts, made at once; stop and start change what is wanted, and so are revisions. */
export async function operate(deps: HttpDeps, { body, actor }: Call<OperationBody>): Promise<OperationOutcome[]> {
  const units = deps.fleet.select(body);
  if (units.length === 0) {
    throw new Fault('not_found', `cannot ${body.verb} ${body.unit}: it runs nowhere on ${body.on}`, {
      hint: 'run "promfleet status" to see the units of each host',
    });
  }
  const { verb } = body;
  if (verb === 'stop' || verb === 'start') return await setStopped(deps, units, verb, actor.name);
  const outcomes = await Promise.all(units.map((at) => operateOne(deps, verb, at, body.acceptLoss)));
  deps.commit((record) => {
    for (const { host, unit, ok, message } of outcomes) {
      const said = ok ? `${actor.name}: ${verb} done` : `${actor.name}: ${verb} failed: ${message}`;
      record({ at: deps.now(), kind: 'OperationDone', host, unit, message: said });
    }
  });
  return outcomes;
}

async function operateOne(
  deps: HttpDeps,
  verb: 'restart' | 'reload',
  at: { host: string; unit: string },
  acceptLoss: boolean,
): Promise<OperationOutcome> {
  try {
    const { ok, message } = await deps.sessions.operate(at.host, verb, at.unit, OPERATION_TIMEOUT_MS, acceptLoss);
    return { ...at, ok, message };
  } catch (error) {
    return { ...at, ok: false, message: adviceOf(error) };
  }
}

async function setStopped(
  deps: HttpDeps,
  units: readonly { host: string; unit: string }[],
  verb: 'stop' | 'start',
  actor: string,
): Promise<OperationOutcome[]> {
  const byUnit = Map.groupBy(units, (at) => at.unit);
  for (const [unit, at] of byUnit) {
    await deps.fleet.setStopped(
      at.map((one) => one.host),
      unit,
      verb === 'stop',
      actor,
    );
  }
  const message = verb === 'stop' ? 'will be stopped, and stays so until it is started' : 'will be started';
  return units.map((at) => ({ ...at, ok: true, message }));
}
