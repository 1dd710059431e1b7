import type { Stop } from '../../proto/spec.ts';
import type { Hold } from './loss.ts';
import type { Wanted } from './wanted.ts';

/** Everything an agent can do to its host, one step of one unit at a time. A new kind must be given an executor to compile. */
export type UnitStep =
  /** Download the release, verify it, unpack it beside, and only then show it. */
  | { kind: 'install'; wanted: Wanted }
  /** Write the set of config files beside the one in use. */
  | { kind: 'stage'; wanted: Wanted }
  /** Write the files that the program watches, in place. */
  | { kind: 'writeLive'; wanted: Wanted }
  /** Have its certificates, and the files that say whom it believes, as they should be. */
  | { kind: 'certify'; wanted: Wanted }
  /** Have the target release's own tools look at the staged set. */
  | { kind: 'check'; wanted: Wanted }
  /** Have the target release's program look at its own command line. */
  | { kind: 'preflight'; wanted: Wanted }
  /** Make the staged set the one in use. `keepPrevious`: the present one was never confirmed, so it is not what to go back to. */
  | { kind: 'switch'; wanted: Wanted; keepPrevious: boolean }
  /** Put back what was changed by hand. */
  | { kind: 'repair'; wanted: Wanted }
  | { kind: 'stop'; unit: string; stop: Stop }
  /** It would have to be stopped, and must not be. Nothing but saying so, until it may. */
  | { kind: 'hold'; unit: string; hold: Hold }
  | { kind: 'start'; wanted: Wanted }
  /** It runs as wanted, but would not come back so: see to that, and leave alone what runs. */
  | { kind: 'enlist'; wanted: Wanted }
  /** Signal it, and believe its own metrics. `stamp` is the switch that it is to take in. */
  | { kind: 'reload'; wanted: Wanted; digest: string; stamp: string }
  /** It refused the set in use: switch the one before it back in. */
  | { kind: 'restore'; wanted: Wanted }
  /** Remove what only the spec before this one needed. */
  | { kind: 'tidy'; wanted: Wanted }
  /** It is not wanted here: remove its config and every record of it, keep its data. */
  | { kind: 'forget'; unit: string };

export type StepOf<K extends UnitStep['kind']> = Extract<UnitStep, { kind: K }>;

export const unitOf = (step: UnitStep): string => ('wanted' in step ? step.wanted.unit.name : step.unit);
