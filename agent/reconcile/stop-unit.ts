import { readdirSync, statSync } from 'node:fs';
import { Fault } from '../../proto/fault.ts';
import type { Losses, Rescue, Stop } from '../../proto/spec.ts';
import type { Host } from './host.ts';

/** Of a host, what stopping takes. */
export type StoppingHost = Pick<Host, 'supervisor' | 'records' | 'losses' | 'log'>;

/**
 * The only way in which a unit that runs is stopped: what it would lose by it is saved, or it runs on.
 * @throws Fault `unavailable` when it can't be saved now, or, when it was stopped, was not.
 */
export async function stopUnit(
  host: StoppingHost,
  unit: string,
  stop: Stop,
  options = { acceptLoss: false },
): Promise<void> {
  const program = (await host.supervisor.observe()).get(unit);
  const losses = host.records.get(unit).launch?.losses;
  const asks = program?.state === 'running' && losses !== undefined && !options.acceptLoss;
  const saves = asks && (await host.losses.requireRescue(unit, program, losses));
  const before = saves && losses.rescue ? leftBy(losses, losses.rescue) : undefined;
  await host.supervisor.stop(unit, stop);
  if (!before || !losses?.rescue) return;
  const left = [...leftBy(losses, losses.rescue)].filter((one) => !before.has(one));
  if (left.length > 0) return host.log.info({ unit, left }, 'what it could not lose was saved as it stopped');
  throw new Fault(
    'internal',
    `${unit} was stopped, and has not saved what it should have: some of what it stored is lost`,
    {
      hint: `its log says why: promfleet logs ${unit}`,
    },
  );
}

/** What its stops have left, each by its name, place and time: what is written again is another. */
function leftBy({ directory }: Losses, { leaves }: Rescue): Set<string> {
  const names = readdirSync(directory).filter((name) => name.startsWith(leaves) && !name.endsWith('.tmp'));
  return new Set(
    names.map((name) => {
      const { ino, mtimeMs } = statSync(`${directory}/${name}`);
      return `${name} ${ino} ${mtimeMs}`;
    }),
  );
}
