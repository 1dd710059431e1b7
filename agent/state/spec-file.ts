import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '../../proto/fault.ts';
import { compareRevisions, type Revision } from '../../proto/revision.ts';
import { type SecretValue, scrubber } from '../../proto/secrets.ts';
import type { HostSpec, SpecFile, UnitSpec } from '../../proto/spec.ts';
import { writeAtomically } from './atomic-file.ts';

export interface AcceptedSpec {
  readonly spec: HostSpec;
  /** The sha256 of what the spec before this one ran: going back needs no download. */
  readonly previousReleases: readonly string[];
  /** Values that the spec before had: what runs may still hold one, and log it. */
  readonly previousSecrets?: readonly SecretValue[];
  /** Under which enrolment it came; '' before any. */
  readonly enrolment: string;
}

/** The last accepted spec with the values of its secrets, so that a host is kept right with or without its controller. */
export class SpecStore {
  readonly #path: string;
  #accepted: AcceptedSpec | undefined;
  #problem = '';
  #scrubber: { readonly of: AcceptedSpec | undefined; readonly scrub: (text: string) => string } | undefined;
  #enrolment = '';
  #accepting: Promise<boolean> = Promise.resolve(false);

  constructor(state: string) {
    this.#path = `${state}/spec.json`;
  }

  /** A file that can't be read counts as none: then nothing is changed here until the controller speaks. */
  load(): void {
    if (!existsSync(this.#path)) return;
    try {
      this.#accepted = parseSpec(readFileSync(this.#path, 'utf8'));
    } catch (error) {
      this.#problem = `cannot read the last accepted spec, ${this.#path}: ${messageOf(error)}`;
    }
  }

  /** What another controller said counts for nothing under this one: its revisions are others, however new. */
  belongTo(enrolment: string): void {
    this.#enrolment = enrolment;
    if (this.#accepted?.enrolment !== enrolment) this.#accepted = undefined;
  }

  get accepted(): AcceptedSpec | undefined {
    return this.#accepted;
  }

  /** Takes the values of this host's secrets out of what is said of it, and to whomever. */
  scrub = (text: string): string => {
    const of = this.#accepted;
    if (this.#scrubber?.of !== of || !this.#scrubber) {
      this.#scrubber = { of, scrub: scrubber([...(of?.spec.secrets ?? []), ...(of?.previousSecrets ?? [])]) };
    }
    return this.#scrubber.scrub(text);
  };

  /** '' when all is well. */
  get problem(): string {
    return this.#problem;
  }

  /** Saved before anything acts on it, one after another. @returns false when it is no newer than what is there. */
  accept(spec: HostSpec): Promise<boolean> {
    const accepting = this.#accepting.then(() => this.#accept(spec));
    this.#accepting = accepting.catch(() => false);
    return accepting;
  }

  async #accept(spec: HostSpec): Promise<boolean> {
    const present = this.#accepted?.spec;
    if (present && compareRevisions(spec.revision, present.revision) <= 0) return false;
    const [before, now] = [releasesOf(present), releasesOf(spec)];
    // A change that moves no release must not make the one to go back to forgotten.
    const movesNone = before.join() === now.join();
    const previousReleases = present && !movesNone ? before : (this.#accepted?.previousReleases ?? []);
    const previousSecrets = retiredSecrets(this.#accepted, spec);
    const accepted = { spec, previousReleases, previousSecrets, enrolment: this.#enrolment };
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    await writeAtomically(this.#path, showSpec(accepted), { mode: 0o600 });
    this.#accepted = accepted;
    this.#problem = '';
    return true;
  }
}

const releasesOf = (spec: HostSpec | undefined): string[] => [
  ...new Set((spec?.units ?? []).map((unit) => unit.release.sha256).toSorted()),
];

function retiredSecrets(before: AcceptedSpec | undefined, { secrets = [] }: HostSpec): readonly SecretValue[] {
  // One that nothing here names any more is no business of this host.
  const versions = new Map(secrets.map(({ name, version }) => [name, version]));
  const isRetired = ({ name, version }: SecretValue) => (versions.get(name) ?? version) !== version;
  const retired = (before?.spec.secrets ?? []).filter(isRetired);
  const names = new Set(retired.map(({ name }) => name));
  // As with releases: a change that moves none forgets none.
  return [...retired, ...(before?.previousSecrets ?? []).filter((one) => isRetired(one) && !names.has(one.name))];
}

type KeptFile = Omit<SpecFile, 'content'> & { readonly content: string };
type Kept = Omit<AcceptedSpec, 'spec'> & {
  readonly spec: {
    readonly revision: Revision;
    readonly secrets?: readonly SecretValue[];
    readonly units: readonly (Omit<UnitSpec, 'files'> & { files: KeptFile[] })[];
  };
};

function showSpec({ spec, ...others }: AcceptedSpec): string {
  const units = spec.units.map((unit) => ({
    ...unit,
    files: unit.files.map((file) => ({ ...file, content: Buffer.from(file.content).toString('base64') })),
  }));
  return JSON.stringify({ spec: { ...spec, units }, ...others } satisfies Kept);
}

function parseSpec(text: string): AcceptedSpec {
  const { spec, previousReleases, previousSecrets = [], enrolment } = JSON.parse(text) as Kept;
  const units = spec.units.map((unit) => ({
    ...unit,
    // JSON has no undefined.
    reload: unit.reload,
    sandbox: unit.sandbox,
    losses: unit.losses,
    files: unit.files.map((file) => ({ ...file, content: Buffer.from(file.content, 'base64') })),
  }));
  if (!Array.isArray(previousReleases)) throw new Error('it is no host spec');
  compareRevisions(spec.revision, spec.revision);
  return { spec: { ...spec, units }, previousReleases, previousSecrets, enrolment };
}
