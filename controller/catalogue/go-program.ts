import { type Sandbox, STRICT } from '../../proto/spec.ts';

/** What every program of this family is given: without all of /proc it can't tell when it started, and that metric is gone. */
export const GO_PROGRAM: Sandbox = { ...STRICT, wholeProc: true };
