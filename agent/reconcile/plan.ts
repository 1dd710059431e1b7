import type { Stop } from '../../proto/spec.ts';
import { NO_RECORD } from '../state/unit-record.ts';
import { NO_CONFIG, NO_PROCESS, type ObservedHost, type ObservedUnit } from './observed.ts';
import type { UnitStep } from './step.ts';
import type { Wanted } from './wanted.ts';

const GENTLE_STOP: Stop = { signal: 'SIGTERM', graceSeconds: 120, kill: false };
const NOTHING: ObservedUnit = { program: NO_PROCESS, config: NO_CONFIG, record: NO_RECORD };

/** The next step of every unit that is not as wanted, at most one each. Empty means that nothing is left to do. */
export function planHost(wanted: readonly Wanted[], observed: ObservedHost): UnitStep[] {
  const names = new Set(wanted.map(({ unit }) => unit.name));
  const surplus = [...observed.units].filter(([name]) => !names.has(name));
  return [
    ...surplus.flatMap(([name, have]) => removalStep(name, have) ?? []),
    ...wanted.flatMap((want) => {
      const have = observed.units.get(want.unit.name) ?? NOTHING;
      if (want.refusals.length === 0) return nextStep(want, have, observed.releases) ?? [];
      // Refused, it is left as it is: what runs runs on, unless its host wants it down.
      return want.isBanned ? (stopStep(want, have) ?? []) : [];
    }),
  ];
}

function removalStep(unit: string, have: ObservedUnit): UnitStep | undefined {
  const { program, record } = have;
  if (program.state === 'stopping') return undefined;
  if (program.state === 'none') return { kind: 'forget', unit };
  return stopOrHold(unit, have, record.launch?.stop ?? GENTLE_STOP);
}

const stopOrHold = (unit: string, { program, hold }: ObservedUnit, stop: Stop): UnitStep =>
  hold && program.state === 'running' ? { kind: 'hold', unit, hold } : { kind: 'stop', unit, stop };

// Order is the safety argument: nothing that runs is touched until its replacement is on disk, checked and preflighted.
function nextStep(wanted: Wanted, have: ObservedUnit, releases: ReadonlySet<string>): UnitStep | undefined {
  if (wanted.unit.stopped) return stopStep(wanted, have);
  return (
    preparationStep(wanted, have, releases) ??
    holdStep(wanted, have) ??
    switchStep(wanted, have) ??
    processStep(wanted, have) ??
    tidyStep(wanted, have)
  );
}

function stopStep({ unit }: Wanted, have: ObservedUnit): UnitStep | undefined {
  if (have.program.state === 'none' || have.program.state === 'stopping') return undefined;
  return stopOrHold(unit.name, have, unit.stop);
}

/** Nothing of it is seen by what runs; but targets, which must not wait for a download. */
function preparationStep(wanted: Wanted, have: ObservedUnit, releases: ReadonlySet<string>): UnitStep | undefined {
  const { config, record } = have;
  const mends = !wanted.unit.reportDrift;
  if (config.live.stale.length > 0 || (mends && config.live.edited.length > 0)) return { kind: 'writeLive', wanted };
  if (!releases.has(wanted.unit.release.sha256)) return { kind: 'install', wanted };
  if (isRefused(wanted, have)) return undefined;
  if (!config.sets.includes(wanted.configDigest)) return { kind: 'stage', wanted };
  if (have.tls?.standing === 'missing') return { kind: 'certify', wanted };
  if (record.checked !== wanted.checkDigest) return { kind: 'check', wanted };
  const startsAnew = have.program.state !== 'running' || have.program.launchDigest !== wanted.launchDigest;
  if (startsAnew && record.preflighted !== wanted.launchDigest) return { kind: 'preflight', wanted };
  return undefined;
}

/** What must not be stopped keeps its config, too, when the new one belongs to the launch after: it may end unasked, and starts with it. */
function holdStep(wanted: Wanted, have: ObservedUnit): UnitStep | undefined {
  if (!have.hold || have.program.state !== 'running' || !endsInStop(wanted, have)) return undefined;
  return { kind: 'hold', unit: wanted.unit.name, hold: have.hold };
}

function endsInStop(wanted: Wanted, have: ObservedUnit): boolean {
  const { config, program, record } = have;
  const { unit, launchDigest, configDigest } = wanted;
  if (program.launchDigest !== launchDigest) return true;
  if (unit.reload || isRefused(wanted, have)) return false;
  const isMended = config.edited.length > 0 && !unit.reportDrift;
  return isMended || config.current !== configDigest || record.loaded?.stamp !== config.stamp;
}

function switchStep(wanted: Wanted, have: ObservedUnit): UnitStep | undefined {
  const { current, previous, stamp, edited } = have.config;
  if (have.program.state === 'stopping') return undefined;
  if (isRefused(wanted, have)) {
    return current === wanted.configDigest && previous !== '' && previous !== current
      ? { kind: 'restore', wanted }
      : undefined;
  }
  if (current !== wanted.configDigest) {
    const confirmed = have.record.loaded?.stamp === stamp;
    return { kind: 'switch', wanted, keepPrevious: !confirmed && previous !== '' };
  }
  return edited.length > 0 && !wanted.unit.reportDrift ? { kind: 'repair', wanted } : undefined;
}

function processStep(wanted: Wanted, have: ObservedUnit): UnitStep | undefined {
  const { program, config, record } = have;
  const { unit } = wanted;
  const isSameLaunch = program.launchDigest === wanted.launchDigest;
  const hasLoaded = record.loaded !== undefined && record.loaded.stamp === config.stamp;
  switch (program.state) {
    case 'stopping':
      return undefined;
    case 'none':
      return { kind: 'start', wanted };
    case 'backoff':
    case 'failed':
      // The supervisor starts it again by itself; but not with what is new.
      return isSameLaunch && hasLoaded && !program.isLapsed ? undefined : { kind: 'start', wanted };
    case 'running':
      if (!isSameLaunch) return stopOrHold(unit.name, have, record.launch?.stop ?? unit.stop);
      if (program.isLapsed && !unit.reportDrift) return { kind: 'enlist', wanted };
      if (hasLoaded) return undefined;
      if (!unit.reload) return stopOrHold(unit.name, have, unit.stop);
      // Refused, and nothing to go back to: it runs on with what it holds in memory.
      if (isRefused(wanted, have) && config.current === wanted.configDigest) return undefined;
      return { kind: 'reload', wanted, digest: config.current, stamp: config.stamp };
  }
}

function tidyStep(wanted: Wanted, { program, config, tls }: ObservedUnit): UnitStep | undefined {
  if (program.state !== 'running' || config.current !== wanted.configDigest) return undefined;
  if (tls?.standing === 'due') return { kind: 'certify', wanted };
  const isLeft = config.leftovers || config.live.surplus.length > 0 || tls?.standing === 'surplus';
  return isLeft ? { kind: 'tidy', wanted } : undefined;
}

/** A refusal holds for one set and one launch: another release or other flags may well take the same files. */
export function isRefused(wanted: Wanted, { record }: ObservedUnit): boolean {
  return record.refused?.configDigest === wanted.configDigest && record.refused.launchDigest === wanted.launchDigest;
}
