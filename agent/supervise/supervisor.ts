import type { Limits, Sandbox, Stop } from '../../proto/spec.ts';
import type { ToolResult, ToolRun } from '../install/run-tool.ts';

/** How to run one unit, with nothing left to expand. Directories and files are there already. */
export interface Launch {
  readonly unit: string;
  /** The `launchDigest` of its spec: two launches with the same digest run the same. */
  readonly digest: string;
  /** Absolute path of the executable. */
  readonly program: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly user: string;
  readonly workingDirectory: string;
  /** Directories that it may write to; all else is read-only where the supervisor can see to that. */
  readonly writable: readonly string[];
  readonly stop: Stop;
  readonly limits: Limits;
  /** What it is given where the supervisor confines it; undefined: what every unit was given once. Its binds come from absolute paths. */
  readonly sandbox: Sandbox | undefined;
  /** Bytes that the disk of its working directory must have free at every start: with less it could lose what is stored there. 0: none. */
  readonly startRoom: number;
  readonly description: string;
}

export interface ObservedProcess {
  /**
   * running   it has a process
   * backoff   it exited unasked; it starts again at `retryAtMs`
   * failed    the same, and it keeps exiting; it is still started again at `retryAtMs`
   * stopping  asked to stop, not gone yet
   * none      it has no process and is not meant to
   */
  readonly state: 'running' | 'backoff' | 'failed' | 'stopping' | 'none';
  /** 0 when there is none. */
  readonly pid: number;
  readonly startedAtMs: number;
  /** Exits that nobody asked for since this launch was first made. */
  readonly restarts: number;
  readonly launchDigest: string;
  /** '' before the first; `exited with code 2`, `killed by SIGKILL`, `exited while the agent was away`. */
  readonly lastExit: string;
  /** 0 when no start is waiting. */
  readonly retryAtMs: number;
  /** It runs, but would not come back as it is, at boot or at all; or it can't come back by itself, as its user is gone. */
  readonly isLapsed?: boolean;
}

export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/** Keeps the host's units running, and survives the agent: what it runs goes on without it. */
export interface Supervisor {
  readonly kind: 'systemd' | 'process';
  /** Adopts what runs already. Called once, before anything else. */
  recover(): Promise<void>;
  observe(): Promise<ReadonlyMap<string, ObservedProcess>>;
  /** Who will own the unit's files. Undefined: the agent is unprivileged, and everything runs as itself. */
  identity(user: string): Promise<Identity | undefined>;
  /**
   * The same, making nothing: 'none' when the user is not there yet.
   * @throws Fault when the unit's name or its user is someone else's on this host
   */
  lookUp(unit: string, user: string): Promise<Identity | 'none' | undefined>;
  /** Runs a program of a release to its end as that user, with no more rights than a unit has. */
  runTool(run: Omit<ToolRun, 'identity'>, user: string, signal: AbortSignal): Promise<ToolResult>;
  /** What is wanted is on disk before the first process is; resolves once spawned. Replaces an earlier launch. */
  start(launch: Launch): Promise<void>;
  /** Resolves when it is gone. @throws Fault `unavailable` when it won't go and may not be killed. */
  stop(unit: string, stop: Stop): Promise<void>;
  signal(unit: string, signal: NodeJS.Signals): Promise<void>;
  lastLines(unit: string, count: number): Promise<string[]>;
  /** @returns the end of it. */
  follow(unit: string, lines: number, onLines: (lines: string[]) => void): () => void;
  /** Removed from the host: unit file, records, log. It must have been stopped. */
  forget(unit: string): Promise<void>;
  /** Something exited or started: look again. */
  onChange(listener: () => void): void;
}
