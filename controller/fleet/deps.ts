import type { SecretReference, SecretValue } from '../../proto/secrets.ts';
import type { UnitSpec } from '../../proto/spec.ts';
import type { Commit } from '../events/commit.ts';
import type { SourceChoice, Wanted } from '../releases/source.ts';
import type { StoredRelease } from '../store/releases.ts';
import type { Stores } from '../store/stores.ts';
import type { KnownSecret } from './resource.ts';
import type { Verdicts } from './verdicts.ts';

/** What the fleet needs of the release library. */
export interface Library {
  /** @throws Fault when no source has it or none answers. What is held already needs no network. */
  obtain(wanted: Wanted, sources: readonly SourceChoice[]): Promise<StoredRelease>;
  /** The directory that holds the release's programs, for running them here. */
  unpacked(sha256: string): Promise<string>;
}

/** What the fleet needs of the secrets. */
export interface SecretReader {
  /** By name. */
  known(): ReadonlyMap<string, KnownSecret>;
  /** @throws Fault `unavailable` when one can't be read. */
  open(references: readonly SecretReference[]): readonly SecretValue[];
}

export interface FleetDeps {
  readonly stores: Stores;
  readonly commit: Commit;
  readonly library: Library;
  readonly verdicts: Verdicts;
  readonly secrets: SecretReader;
  /**
   * A GET that the host's own agent makes, to a unit of its spec: the body of a 200. Undefined: there is no way to ask.
   * @throws Fault when it is not connected, or does not answer in time
   */
  readonly ask?: (host: string, unit: UnitSpec, path: string, timeoutMs: number) => Promise<string | undefined>;
  /** Their newest spec changed: look again. Called once it is stored, never before. */
  wakeHosts(hosts: readonly string[]): void;
  now(): number;
}
