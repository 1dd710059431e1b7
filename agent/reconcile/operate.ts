import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../../proto/fault.ts';
import type { Operation } from '../../proto/message.ts';
import type { Host } from './host.ts';
import type { Loop } from './loop.ts';
import { stopUnit } from './stop-unit.ts';
import type { Wanted } from './wanted.ts';

const RESTART_TIMEOUT_MS = 60_000;

/** What an operator asks of one unit, once. It changes nothing of what is wanted, so a crash half way loses nothing but the asking. */
export async function operate(host: Host, loop: Loop, wanted: readonly Wanted[], operation: Operation): Promise<void> {
  const { problem } = host.settings.current;
  if (problem !== '') throw new Fault('denied', `cannot ${operation.verb} ${operation.unit}: ${problem}`);
  const want = wanted.find(({ unit }) => unit.name === operation.unit);
  if (!want) throw new Fault('not_found', `cannot ${operation.verb} ${operation.unit}: it is not on this host`);
  if (want.refusals.length > 0) throw new Fault('denied', want.refusals.join('; '));
  if (want.unit.stopped) {
    throw new Fault('conflict', `cannot ${operation.verb} ${operation.unit}: it is stopped`, {
      hint: 'start it first',
    });
  }
  switch (operation.verb) {
    case 'restart':
      return restart(host, loop, want, operation);
    case 'reload':
      return reload(host, loop, want);
    default:
      throw new Fault('invalid', `cannot ${operation.verb} ${operation.unit}: this agent does not know how`);
  }
}

/** Stops it; the loop starts it, as it starts anything that does not run. */
async function restart(
  host: Host,
  loop: Loop,
  { unit, launchDigest }: Wanted,
  { acceptLoss }: Operation,
): Promise<void> {
  const before = (await host.supervisor.observe()).get(unit.name);
  // One that is held back from being replaced is what a loss is accepted for.
  if (!acceptLoss && before?.state === 'running' && before.launchDigest !== launchDigest) {
    throw new Fault('conflict', `cannot restart ${unit.name} now: it is about to be replaced`);
  }
  await loop.exclusively(unit.name, () => stopUnit(host, unit.name, unit.stop, { acceptLoss }));
  await until(RESTART_TIMEOUT_MS, `cannot restart ${unit.name}: it was stopped and has not started since`, async () => {
    const now = (await host.supervisor.observe()).get(unit.name);
    return now?.state === 'running' && (now.pid !== before?.pid || now.startedAtMs !== before.startedAtMs);
  });
}

/** Forgets that the config was taken, or refused: the loop then has it loaded, and says whether it was. */
async function reload(host: Host, loop: Loop, { unit, configDigest }: Wanted): Promise<void> {
  if (!unit.reload) {
    throw new Fault('invalid', `cannot reload ${unit.name}: ${unit.component} can’t reload`, {
      hint: 'restart it instead',
    });
  }
  await loop.exclusively(unit.name, () => host.records.update(unit.name, { loaded: undefined, refused: undefined }));
  await until(RESTART_TIMEOUT_MS, `cannot reload ${unit.name}: it has not confirmed it`, async () => {
    const { loaded, refused } = host.records.get(unit.name);
    if (refused) throw new Fault('invalid', `cannot reload ${unit.name}: it refused its config: ${refused.message}`);
    return loaded?.digest === configDigest;
  });
}

async function until(timeoutMs: number, otherwise: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = AbortSignal.timeout(timeoutMs);
  while (!(await isSo())) {
    if (deadline.aborted) throw new Fault('unavailable', otherwise, { hint: 'the unit’s state says why' });
    await sleep(50);
  }
}
