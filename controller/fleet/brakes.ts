import { Fault, type Finding } from '../../proto/fault.ts';
import { compareRevisions, NO_REVISION, type Revision, showRevision } from '../../proto/revision.ts';
import type { Override } from '../store/overrides.ts';
import type { Plan } from './compare.ts';

/** What an operator says of an apply beside its files. */
export interface Consent {
  /** The revision that they looked at; undefined: whichever is newest. */
  readonly base: Revision | undefined;
  readonly allowRemove: number;
  readonly allowEmpty: boolean;
  readonly discardOverrides: boolean;
}

/** At most this part of all units may go without a word. */
const UNASKED_PART = 0.2;

export function checkBase(base: Revision | undefined, newest: Revision = NO_REVISION, verb = 'apply'): void {
  if (base === undefined || compareRevisions(base, newest) === 0) return;
  const [based, current] = [showRevision(base), showRevision(newest)];
  throw new Fault(
    'conflict',
    `cannot ${verb}: it was planned against revision ${based}, and revision ${current} is newer`,
    {
      hint: `run "promfleet ${verb === 'apply' ? 'plan' : verb}" again to see what it would do now${verb === 'apply' ? ', then apply' : ''}`,
    },
  );
}

export function checkOverrides(overrides: readonly Override[], discard: boolean): void {
  if (discard || overrides.length === 0) return;
  const findings = overrides.map(
    (one): Finding => ({ message: `${one.unit}@${one.host} was stopped by ${one.actor}` }),
  );
  throw new Fault('conflict', `cannot apply: it would start ${units(overrides.length)} that an operator stopped`, {
    findings,
    hint: 'start them with "promfleet start UNIT --on HOST", or apply with --discard-overrides to start them all',
  });
}

/** `heldResources`: the folder has had something in the fleet until now. */
export function checkEmpty(plan: Plan, resources: number, heldResources: boolean, allowed: boolean): void {
  if (resources > 0 || allowed) return;
  const what = heldResources ? ', and what came from it is running' : '';
  const meant = heldResources
    ? `to remove everything that came from it, apply with --allow-empty --allow-remove ${removalsOf(plan).length}`
    : '';
  throw new Fault('conflict', `cannot apply: there are no resources in the folder${what}`, {
    hint: meant
      ? `is it the right folder? If it is, ${meant}`
      : 'is it the right folder? A resource begins with `kind:`',
  });
}

export function checkRemovals(
  plan: Plan,
  isPrometheus: (host: string, unit: string) => boolean,
  allowed: number,
): void {
  const removed = removalsOf(plan);
  const before = plan.units.filter((unit) => unit.action !== 'install').length;
  const many = removed.length > Math.max(1, before * UNASKED_PART);
  const prometheis = removed.filter((unit) => isPrometheus(unit.host, unit.unit));
  if ((!many && prometheis.length === 0) || removed.length <= allowed) return;
  const few = removed.length === 1 ? 'a Prometheus' : `${units(removed.length)}, among them a Prometheus`;
  const why = many ? `${removed.length} of ${units(before)}` : few;
  const findings = removed.map((unit): Finding => ({ message: `${unit.unit}@${unit.host} would be removed` }));
  throw new Fault('conflict', `cannot apply: it would remove ${why}`, {
    findings,
    hint: `if that is meant, apply with --allow-remove ${removed.length}; data on the hosts is kept`,
  });
}

const removalsOf = (plan: Plan) => plan.units.filter((unit) => unit.action === 'remove');

const units = (count: number): string => (count === 1 ? '1 unit' : `${count} units`);
