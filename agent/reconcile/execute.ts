import { check, preflight } from './execute-checks.ts';
import { repair, restore, stage, switchIn, tidy, writeLive } from './execute-config.ts';
import { enlist, forget, hold, install, reload, start, stop } from './execute-program.ts';
import { certify } from './execute-tls.ts';
import type { Host } from './host.ts';
import type { StepOf, UnitStep } from './step.ts';

export type Executor<K extends UnitStep['kind']> = (host: Host, step: StepOf<K>, signal: AbortSignal) => Promise<void>;

const EXECUTORS: { readonly [K in UnitStep['kind']]: Executor<K> } = {
  install,
  stage,
  writeLive,
  certify,
  check,
  preflight,
  switch: switchIn,
  repair,
  stop,
  hold,
  start,
  enlist,
  reload,
  restore,
  tidy,
  forget,
};

/** @throws Fault with what people should know; any step may be done again, and again, with the same end. */
export function execute<K extends UnitStep['kind']>(
  host: Host,
  step: StepOf<K> & { kind: K },
  signal: AbortSignal,
): Promise<void> {
  const executor: Executor<K> = EXECUTORS[step.kind];
  return executor(host, step, signal);
}
