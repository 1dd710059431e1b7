import { mkdirSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Fault } from '../../proto/fault.ts';

/** The agent's own, closed to everyone else; a home that is made for it is open, as units run below it as users of their own. */
export function makeStateDirectory(state: string): void {
  mkdirSync(dirname(state), { recursive: true, mode: 0o755 });
  mkdirSync(state, { recursive: true, mode: 0o700 });
}

/** @throws Fault `denied` where it is closed to whoever asks; one that is not there is for others to tell of. */
export function demandReadable(state: string, task: string): void {
  try {
    readdirSync(state);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') return;
    throw new Fault('denied', `cannot ${task}: ${state} is open to its owner alone, which is root as a rule`, {
      hint: 'put sudo before it',
      cause: error,
    });
  }
}
