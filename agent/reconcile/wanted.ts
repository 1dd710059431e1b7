import { configDigest, digestOf, launchDigest, sha256 } from '../../proto/digest.ts';
import type { HostSpec, SpecFile, UnitSpec } from '../../proto/spec.ts';
import { refuseUnits } from './refuse.ts';

/** One unit of the spec with all that is worked out of it once, not on every look. */
export interface Wanted {
  readonly unit: UnitSpec;
  /** Of the files that are switched in together. */
  readonly configDigest: string;
  readonly launchDigest: string;
  /** Of all that the checks look at and look with: what passed once need not pass again. */
  readonly checkDigest: string;
  /** Path → sha256, of the files that the program watches. */
  readonly live: ReadonlyMap<string, string>;
  readonly set: ReadonlyMap<string, string>;
  /** Why this agent won't touch it; empty when it will. */
  readonly refusals: readonly string[];
}

export function wantedUnits(spec: HostSpec): Wanted[] {
  const refusals = refuseUnits(spec);
  return spec.units.map((unit, index) => ({
    unit,
    configDigest: configDigest(unit.files),
    launchDigest: launchDigest(unit),
    checkDigest: digestOf([configDigest(unit.files), unit.release.sha256, unit.checks]),
    live: digests(unit.files.filter((file) => file.live)),
    set: digests(unit.files.filter((file) => !file.live)),
    refusals: refusals[index] ?? [],
  }));
}

const digests = (files: readonly SpecFile[]) => new Map(files.map((file) => [file.path, sha256(file.content)]));

/** What `configDigest` is of files of which only the digests are known. */
export const digestOfSet = (set: ReadonlyMap<string, string>): string =>
  digestOf(Object.fromEntries([...set].map(([path, sha256]) => [path, { sha256 }])));
