import type { Component } from '../catalogue/component.ts';

/** One place that an operator lets releases come from; a list of them is an order. */
export type SourceChoice =
  | { readonly kind: 'github' }
  /** No suites: the machine's own, then the other Debian suites as they are needed. */
  | { readonly kind: 'apt'; readonly suites: readonly string[] }
  | { readonly kind: 'mirror'; readonly url: string }
  /** One file, whose digest an operator wrote down; it holds `program`, or is it. */
  | { readonly kind: 'url'; readonly url: string; readonly sha256: string; readonly program: string };

/** What a source has to know of a component. */
export type Fetchable = Pick<Component, 'name' | 'version' | 'artifact'>;

export interface Wanted {
  readonly component: Fetchable;
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
  /** `upstream`, `debian <full package version>`, or `custom <sha256>` of what an operator's URL has. */
  readonly build: string;
  /** For people: `github`, `apt trixie`, `mirror https://…`, `url https://… PROGRAM`. Its first word is the kind of the source. */
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
   * is known. @returns the digest of what is there now
   */
  fetch(file: string, onProgress: Progress): Promise<string>;
}

/** GitHub, a mirror of it, or Debian: whoever asks need not know which. */
export interface Source {
  /** For people, as in `Offer.origin` but without what only a version tells. */
  readonly name: string;
  /** What it has, newest first; undefined: it can't tell. @throws Fault `unavailable` when it does not answer. */
  versions(component: Fetchable, arch: string): Promise<readonly Offer[] | undefined>;
  /** @throws Fault `not_found` when it lacks the version, saying what it has; `unavailable` when it does not answer. */
  locate(component: Fetchable, version: string, arch: string): Promise<Found>;
}

/** The kind of the source that an origin names. */
export const kindOf = (origin: string): string => origin.split(' ', 1)[0] ?? origin;

/** `2.53.3 (debian 2.53.3+ds1-2+b1, apt trixie)`. */
export const showOffer = ({ version, build, origin }: Offer): string =>
  build === 'upstream' ? `${version} (${origin})` : `${version} (${build}, ${origin})`;

/** The words of `Offer.build` for what an operator's own URL has. */
export const customBuild = (sha256: string): string => `custom ${sha256}`;

/** Where to ask again for a release. */
export function choiceOf({ source: origin, build }: { readonly source: string; readonly build: string }): SourceChoice {
  const rest = origin.slice(kindOf(origin).length + 1);
  switch (kindOf(origin)) {
    case 'apt':
      return { kind: 'apt', suites: [rest] };
    case 'mirror':
      return { kind: 'mirror', url: rest };
    case 'url': {
      const [url = '', program = ''] = rest.split(' ');
      return { kind: 'url', url, program, sha256: build.slice(customBuild('').length) };
    }
    default:
      return { kind: 'github' };
  }
}
