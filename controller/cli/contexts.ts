import { mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Fault, messageOf } from '../../proto/fault.ts';
import { writeAtomically } from '../atomic-file.ts';

/** A controller that someone logged in to. */
export interface Context {
  readonly host: string;
  readonly port: number;
  /** PEM of the root that was pinned. */
  readonly ca: string;
  readonly credential: string;
}

export interface Contexts {
  readonly current: string | undefined;
  readonly contexts: Readonly<Record<string, Context>>;
}

export const contextsPath = (env: Readonly<Record<string, string | undefined>>): string =>
  join(env['XDG_CONFIG_HOME'] ?? join(env['HOME'] ?? homedir(), '.config'), 'promfleet/contexts.json');

export function readContexts(path: string): Contexts {
  try {
    const { current, contexts } = JSON.parse(readFileSync(path, 'utf8')) as Contexts;
    return { current, contexts };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { current: undefined, contexts: {} };
    throw new Fault('invalid', `cannot read ${path}: ${messageOf(error)}`, {
      hint: 'mend it, or delete it and log in again',
      cause: error,
    });
  }
}

/** Holds credentials, so it is for its owner alone. */
export function writeContexts(path: string, contexts: Contexts): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeAtomically(path, `${JSON.stringify(contexts, null, 2)}\n`, 0o600);
}
