import type { Component } from '../catalogue/component.ts';

/** One place that an operator lets releases come from; a list of them is an order. */
export type SourceChoice =
  | { readonly kind: 'github' }
  /** No suites: the machine's own, then the other Debian suites as they are needed. */
  | { readonly kind: 'apt'; readonly suites: readonly string[] }
  | { readonly kind: 'mirror'; readonly url: string };

export interface Wanted {
  readonly component: Component;
  /** undefined: the catalogue's, or the newest that the first answering source offers. */
  readonly version: string | undefined;
  /** As Go and Debian say it: amd64, arm64. */
  readonly arch: string;
}

/** Heard while a source works. In bytes; `total` is 0 where it can't be known. */
export type Progress = (what: string, done: number, total: number) => void;

/** One build of one version that a source has. */
export interface Offer {
  readonly version: string;
  /** `upstream`, or `debian <full package version>`. */
  readonly build: string;
  /** For people: `github`, `apt trixie`, `mirror https://…`. Its first word is the kind of the source. */
  readonly origin: string;
}

/** An offer that was looked up and can be had now. */
export interface Found extends Offer {
  /** What the source says of its archive; undefined where the archive is made here, of parts that were verified. */
  readonly sha256: string | undefined;
  /** Free space that fetching takes; 0 where only the download itself tells, and looks. */
  readonly needsBytes: number;
  /**
   * Leaves the archive, in upstream layout, in `file`. An earlier part of it that lies there is continued when `sha256`
   * is known.
   */
  fetch(file: string, onProgress: Progress): Promise<void>;
}

/** GitHub, a mirror of it, or Debian: whoever asks need not know which. */
export interface Source {
  /** For people, as in `Offer.origin` but without what only a version tells. */
  readonly name: string;
  /** What it has, newest first; undefined: it can't tell. @throws Fault `unavailable` when it does not answer. */
  versions(component: Component, arch: string): Promise<readonly Offer[] | undefined>;
  /** @throws Fault `not_found` when it lacks the version, saying what it has; `unavailable` when it does not answer. */
  locate(component: Component, version: string, arch: string): Promise<Found>;
}

/** The kind of the source that an origin names. */
export const kindOf = (origin: string): string => origin.split(' ', 1)[0] ?? origin;

/** `2.53.3 (debian 2.53.3+ds1-2+b1, apt trixie)`. */
export const showOffer = ({ version, build, origin }: Offer): string =>
  build === 'upstream' ? `${version} (${origin})` : `${version} (${build}, ${origin})`;

/** Where to ask again for what came from an origin. */
export function choiceOf(origin: string): SourceChoice {
  const rest = origin.slice(kindOf(origin).length + 1);
  switch (kindOf(origin)) {
    case 'apt':
      return { kind: 'apt', suites: [rest] };
    case 'mirror':
      return { kind: 'mirror', url: rest };
    default:
      return { kind: 'github' };
  }
}
