import { configDigest, digestOf, launchDigest, sha256 } from '../../proto/digest.ts';
import { type Narrowing, refuseNarrowed } from '../../proto/narrowing.ts';
import { expandSecrets, type SecretValue } from '../../proto/secrets.ts';
import type { HostSpec, SpecFile, UnitSpec } from '../../proto/spec.ts';
import { NO_SETTINGS, type Settings } from '../narrowing/settings.ts';
import { refuseUnits } from './refuse.ts';
import { valuesOf } from './refuse-secrets.ts';

/** One unit of the spec with all that is worked out of it once, not on every look. */
export interface Wanted {
  readonly unit: UnitSpec;
  /** As they lie on disk, with the values of its secrets. */
  readonly files: readonly SpecFile[];
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
  /** The administrator of this host forbids it and wants it down. */
  readonly isBanned: boolean;
}

export function wantedUnits(spec: HostSpec, { allow, stopRefused }: Settings = NO_SETTINGS): Wanted[] {
  const refused = refuseUnits(spec);
  return spec.units.map((unit, index) => {
    const always = refused[index] ?? [];
    const narrowed = allow && always.length === 0 ? narrowedRefusals(unit, allow) : [];
    // What is refused is never written.
    const files = always.length === 0 ? withSecrets(unit, spec.secrets) : unit.files;
    return { ...worked(unit, files), refusals: [...always, ...narrowed], isBanned: narrowed.length > 0 && stopRefused };
  });
}

const narrowedRefusals = (unit: UnitSpec, allow: Narrowing): string[] =>
  [...refuseNarrowed(unit, allow)].map((reason) => `cannot run "${unit.name}": ${reason}`);

function withSecrets(unit: UnitSpec, secrets: readonly SecretValue[] | undefined): readonly SpecFile[] {
  if (!unit.secrets) return unit.files;
  const values = valuesOf(unit, secrets);
  return unit.files.map((file) =>
    file.secret ? { ...file, content: expandSecrets(file.content, file.secret, values) } : file,
  );
}

function worked(unit: UnitSpec, files: readonly SpecFile[]): Omit<Wanted, 'refusals' | 'isBanned'> {
  return {
    unit,
    files,
    configDigest: configDigest(unit),
    launchDigest: launchDigest(unit),
    checkDigest: digestOf([configDigest(unit), unit.release.sha256, unit.checks]),
    live: digests(files.filter((file) => file.live)),
    set: digests(files.filter((file) => !file.live)),
  };
}

const digests = (files: readonly SpecFile[]) => new Map(files.map((file) => [file.path, sha256(file.content)]));

/** What `configDigest` is of files without secrets of which only the digests are known. */
export const digestOfSet = (set: ReadonlyMap<string, string>): string =>
  digestOf(Object.fromEntries([...set].map(([path, sha256]) => [path, { sha256 }])));
