import type { Finding } from '../../proto/fault.ts';
import { Fault } from '../../proto/fault.ts';
import { type Consent, checkEmpty, checkRemovals } from './brakes.ts';
import type { FleetDeps } from './deps.ts';
import type { Preview } from './preview.ts';
import { readFleet } from './read-fleet.ts';

type Allowed = Pick<Consent, 'allowEmpty' | 'allowRemove'>;

/** @throws Fault `conflict` when what was worked out takes away more than was said that it may */
export function checkBrakes(deps: FleetDeps, preview: Preview, folder: string, allowed: Allowed): void {
  const { plan, resolved } = preview;
  const own = resolved.fleet.resources.filter((resource) => resource.folder === folder).length;
  checkEmpty(plan, own, heldResources(deps, preview, folder), allowed.allowEmpty);
  const isPrometheus = (host: string, unit: string): boolean =>
    deps.stores.specs.find(host)?.spec.units.find((one) => one.name === unit)?.component === 'prometheus';
  checkRemovals(plan, isPrometheus, allowed.allowRemove);
}

/** The same as notes of a plan: what an apply is refused for unless it says more. */
export function brakeNotes(deps: FleetDeps, preview: Preview, folder: string): Finding[] {
  try {
    checkBrakes(deps, preview, folder, { allowEmpty: false, allowRemove: 0 });
    return [];
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const why = error.message.replace(/^cannot apply: /, '');
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    return [{ message: `an apply is refused unless it allows for this: ${why}`, ...hint }];
  }
}

/** What the folder held until now is read again: a folder of broken leftovers holds nothing. */
function heldResources({ stores }: FleetDeps, { previous }: Preview, folder: string): boolean {
  if (!previous) return false;
  const files = stores.revisions.files(previous.revision).filter((file) => file.folder === folder);
  return readFleet([{ folder, shownAs: '', files }]).fleet.resources.length > 0;
}
