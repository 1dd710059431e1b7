import type { Release } from '../../proto/spec.ts';

/** Every path that the agent owns. Nothing of it is shared with anything else. */
export interface Layout {
  /** Everything is below it; undefined: where a distribution would put it. */
  readonly home: string | undefined;
  /** The agent's own: identity, last accepted spec, unit records. Closed to everyone else. */
  readonly state: string;
  readonly releases: string;
  /** Partial downloads and half-unpacked releases: on the same disk as `releases`, so that a rename ends them. */
  readonly downloads: string;
  /** Parent of the units' configuration directories. */
  readonly etc: string;
  /** Parent of the units' data directories. */
  readonly var: string;
  /** Where people's shells look for the programs that run; undefined: nobody types those below a home. */
  readonly commands: string | undefined;
}

/** The directories of one unit, and what `{release}`, `{etc}` and `{var}` stand for. */
export interface Places {
  readonly release: string;
  readonly etc: string;
  readonly var: string;
}

/** With a home everything lies below it; without, where a distribution would put it. */
export function layoutOf(home: string | undefined): Layout {
  if (home === undefined) {
    const releases = '/opt/promfleet/releases';
    return {
      home,
      state: '/var/lib/promfleet-agent',
      releases,
      downloads: `${releases}/.partial`,
      etc: '/etc',
      var: '/var/lib',
      commands: '/usr/local/bin',
    };
  }
  return {
    home,
    state: `${home}/agent`,
    releases: `${home}/releases`,
    downloads: `${home}/releases/.partial`,
    etc: `${home}/etc`,
    var: `${home}/var/lib`,
    commands: undefined,
  };
}

/** The start of the digest keeps two builds of one version apart. */
export const releaseName = (release: Release): string =>
  `${release.component}-${release.version}-${release.sha256.slice(0, 12)}`;

export const releaseDirectory = (layout: Layout, release: Release): string =>
  `${layout.releases}/${releaseName(release)}`;

export const placesOf = (layout: Layout, unit: { readonly name: string; readonly release: Release }): Places => ({
  release: releaseDirectory(layout, unit.release),
  etc: `${layout.etc}/${unit.name}`,
  var: `${layout.var}/${unit.name}`,
});

/** Replaces the placeholders, once: what they stand for is not looked into again. */
export const expand = (word: string, places: Places): string =>
  word.replace(/\{(release|etc|var)\}/g, (_, name: keyof Places) => places[name]);

/** Of `a/b/c`: `a` and `a/b`. */
export function parentsOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
