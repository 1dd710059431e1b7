import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** The agent's own, closed to everyone else; a home that is made for it is open, as units run below it as users of their own. */
export function makeStateDirectory(state: string): void {
  mkdirSync(dirname(state), { recursive: true, mode: 0o755 });
  mkdirSync(state, { recursive: true, mode: 0o700 });
}
