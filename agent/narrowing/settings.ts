import type { Narrowing } from '../../proto/narrowing.ts';

/** What the administrator of this host says in agent.yaml. Nothing that a controller says changes it. */
export interface Settings {
  /** Where others reach this host; '': not said. */
  readonly address: string;
  /** Undefined: nothing is narrowed. */
  readonly allow: Narrowing | undefined;
  /** What runs and is not allowed any more is stopped; else it runs on, unchanged. */
  readonly stopRefused: boolean;
}

export const NO_SETTINGS: Settings = { address: '', allow: undefined, stopRefused: false };

/** Under `data` lie the units' data directories. */
export const allowAll = (dataDirectory: string): Narrowing => ({
  dataDirectory,
  unitMemoryBytes: 0,
  scripts: true,
  logs: true,
  queries: true,
  commands: true,
});
