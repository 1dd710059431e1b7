import { sha256 } from '../../proto/digest.ts';
import type { HostFacts, HostReport, UnitReport, UnitState } from '../../proto/report.ts';
import { FACTS } from '../fleet/kinds/unit.ts';

/** States that an operator would want to have been told of. */
const NOTABLE: readonly UnitState[] = ['ready', 'failed', 'backoff', 'stopped'];

export interface UnitChange {
  readonly unit: string;
  readonly message: string;
}

/** What the events tell of the way from one report to the next. */
export function unitChanges(before: HostReport | undefined, after: HostReport): UnitChange[] {
  const was = new Map(before?.units.map((unit) => [unit.name, unit]));
  const is = new Map(after.units.map((unit) => [unit.name, unit]));
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((unit) => {
    const [from, to] = [was.get(unit)?.state ?? 'absent', is.get(unit)?.state ?? 'absent'];
    if (from === to || !(NOTABLE.includes(from) || NOTABLE.includes(to))) return [];
    return [{ unit, message: `${to}, was ${from}${because(is.get(unit))}` }];
  });
}

const because = (unit: UnitReport | undefined): string => (unit?.message ? `: ${unit.message}` : '');

/** The same for two reports that say the same, whenever they were made. */
export const reportFingerprint = (report: HostReport): string => sha256(JSON.stringify({ ...report, atMs: 0 }));

/** Whether the fleet could be resolved differently because of it: targets name addresses, releases an architecture. */
export const changesInventory = (before: HostFacts, after: HostFacts): boolean =>
  (['address', 'ownAddress', ...FACTS] as const).some((fact) => before[fact] !== after[fact]) ||
  before.addresses.join() !== after.addresses.join();
