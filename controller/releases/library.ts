import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../proto/fault.ts';
import type { Commit } from '../events/commit.ts';
import type { ReleaseStore, StoredRelease } from '../store/releases.ts';
import { AptSource } from './apt/apt.ts';
import { inspectArchive } from './archive.ts';
import { fetchableAs } from './fetchable.ts';
import { githubSource } from './github.ts';
import { mirrorSource } from './mirror.ts';
import type { Network } from './network.ts';
import { OWN_ARCH } from './own-arch.ts';
import { Shelf, type ShelvedArchive } from './shelf.ts';
import {
  choiceOf,
  customBuild,
  type Fetchable,
  type Found,
  kindOf,
  type Source,
  type SourceChoice,
  showOffer,
  type Wanted,
} from './source.ts';
import { type FreeBytes, freeBytes, requireSpace } from './space.ts';
import { UrlSource } from './url.ts';
import { isPrerelease } from './version-order.ts';

const PROGRESS_EVERY_MS = 100;
/** It becomes part of URLs, of paths and of apt's configuration. */
const ARCH = /^[a-z0-9_]{1,32}$/i;

export interface LibraryOptions {
  /** The controller's state directory; the library's files lie in `releases`, `unpacked`, `partial` and `apt` below it. */
  readonly directory: string;
  readonly releases: ReleaseStore;
  readonly commit: Commit;
  readonly now: () => number;
  readonly onDownload: (what: string, done: number, total: number) => void;
  readonly network: Network;
  readonly free?: FreeBytes;
  /** Where GitHub is; a test puts a server of its own in its place. */
  readonly github?: string;
}

interface Incoming {
  readonly key: string;
  readonly component: Fetchable;
  readonly arch: string;
  readonly found: Found;
  /** For people. */
  readonly what: string;
}

/** Every release that the fleet uses: fetched once, verified, kept, handed out by digest. */
export class ReleaseLibrary {
  readonly #options: LibraryOptions;
  readonly #shelf: Shelf;
  readonly #sources = new Map<string, Source>();
  readonly #fetching = new Map<string, Promise<StoredRelease>>();
  readonly #free: FreeBytes;

  constructor(options: LibraryOptions) {
    this.#options = options;
    this.#free = options.free ?? freeBytes;
    this.#shelf = new Shelf(options.directory, this.#free, options.now);
  }

  /**
   * The release, fetched if it is not here. The first source that has the version wins; one that does not answer is passed
   * over and named. What came from an allowed kind of source before is taken without asking anybody.
   * @throws Fault saying of each source why not; `invalid` when one hands out something else than it promised.
   */
  async obtain(wanted: Wanted, sources: readonly SourceChoice[]): Promise<StoredRelease> {
    const { component, version, arch } = wanted;
    if (!ARCH.test(arch)) throw new Fault('invalid', `cannot get ${component.name} for ${JSON.stringify(arch)}`);
    const held = this.#held(component, version ?? component.version, arch, sources);
    if (held) return this.#mended(component, held, sources);
    const notes: Fault[] = [];
    for (const choice of sources) {
      const source = this.#source(choice);
      let found: Found;
      try {
        found = version === undefined ? await locateAny(source, wanted) : await source.locate(component, version, arch);
      } catch (error) {
        if (!isPassedOver(error)) throw error;
        notes.push(error);
        continue;
      }
      return this.#fetchOnce(component, arch, found, notes);
    }
    throw nobodyHas(wanted, notes);
  }

  /** Where the archive lies, or would lie. */
  archivePath(sha256: string): string {
    return this.#shelf.archivePath(sha256);
  }

  /** Where the archive lies, whole: one that was lost or altered is fetched again first, the same bytes or none. */
  async kept(sha256: string): Promise<string> {
    await this.#sound(sha256);
    return this.archivePath(sha256);
  }

  /** The directory that holds a release's programs, for running its own checks on the controller. */
  async unpacked(sha256: string): Promise<string> {
    const release = await this.#sound(sha256);
    return this.#shelf.unpacked(release, `${release.component} ${release.version} for ${release.arch}`);
  }

  async #sound(sha256: string): Promise<StoredRelease> {
    const release = this.#options.releases.bySha256(sha256);
    if (release) return this.#mended(fetchableAs(release), release, []);
    throw new Fault('not_found', `cannot use release ${sha256}: it is not in the library`);
  }

  /** Of several builds the newest that came from what is allowed, in the operator's order. */
  #held(
    component: Fetchable,
    version: string,
    arch: string,
    sources: readonly SourceChoice[],
  ): StoredRelease | undefined {
    const known = this.#options.releases.find(component.artifact.archive, version, arch);
    for (const choice of sources) {
      const release = known.findLast(({ source, build }) =>
        choice.kind === 'url' ? build === customBuild(choice.sha256) : kindOf(source) === choice.kind,
      );
      if (release) return release;
    }
    return undefined;
  }

  /** A kept archive that was lost or altered is fetched again, first from where it came: the same bytes, or none. */
  async #mended(
    component: Fetchable,
    release: StoredRelease,
    sources: readonly SourceChoice[],
  ): Promise<StoredRelease> {
    if (await this.#shelf.holds(release)) return release;
    const { version, arch, sha256 } = release;
    const notes: string[] = [];
    for (const choice of [choiceOf(release), ...sources]) {
      try {
        const found = await this.#source(choice).locate(component, version, arch);
        if (found.sha256 === undefined || found.sha256 === sha256) {
          return await this.#fetchOnce(component, arch, { ...found, sha256 }, []);
        }
        notes.push(`${found.origin} has another archive now, ${found.sha256}`);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        notes.push(error.message);
      }
    }
    const what = `${component.name} ${version} (${release.build}) for ${arch}`;
    throw new Fault('unavailable', `cannot get ${what} again, whose archive was lost or altered: ${notes.join('; ')}`, {
      hint: `no source has the archive ${sha256} any more: name another version`,
    });
  }

  /** Whoever asks for the same while it is being fetched waits for that one fetch. */
  #fetchOnce(component: Fetchable, arch: string, found: Found, notes: readonly Fault[]): Promise<StoredRelease> {
    const key = `${component.name}-${found.version}-${arch}-${found.build}-${found.origin}`.replaceAll(
      /[^\w.+~-]/g,
      '_',
    );
    const running = this.#fetching.get(key);
    if (running) return running;
    const fetching = this.#fetch(key, component, arch, found, notes).finally(() => this.#fetching.delete(key));
    this.#fetching.set(key, fetching);
    return fetching;
  }

  async #fetch(
    key: string,
    component: Fetchable,
    arch: string,
    found: Found,
    notes: readonly Fault[],
  ): Promise<StoredRelease> {
    const { releases, commit, now } = this.#options;
    await this.#shelf.open();
    const known = releases
      .find(component.artifact.archive, found.version, arch)
      .find(({ sha256, build }) => build === found.build && (found.sha256 === undefined || sha256 === found.sha256));
    if (known && (await this.#shelf.holds(known))) return known;
    const what = `${component.name} ${found.version} for ${arch}`;
    const { build, version, origin: source } = found;
    const archive = await this.#take({ key, component, arch, found, what });
    const release = {
      component: component.artifact.archive,
      version,
      build,
      arch,
      ...archive,
      source,
      fetchedAtMs: now(),
    };
    const passed = notes.map(({ message }) => `; passed over: ${message}`).join('');
    commit((record) => {
      releases.insert(release);
      const message = `${component.name} ${showOffer(found)} for ${arch} fetched${passed}`;
      record({ at: now(), kind: 'ReleaseFetched', host: '', unit: '', message });
    });
    return releases.bySha256(release.sha256) ?? release;
  }

  /** Brings the archive in, looks at all of it, and keeps it. */
  async #take(incoming: Incoming): Promise<ShelvedArchive> {
    const { key, found, what } = incoming;
    const partial = this.#shelf.partialPath(`${key}.tar.gz`);
    await requireSpace(this.#options.directory, found.needsBytes, what, this.#free);
    const sha256 = await found.fetch(partial, this.#throttled());
    try {
      return await this.#admit(partial, sha256, incoming);
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
  }

  async #admit(partial: string, sha256: string, { component, arch, found, what }: Incoming): Promise<ShelvedArchive> {
    const from = `${what} from ${found.origin}`;
    if (found.sha256 !== undefined && found.sha256 !== sha256) {
      throw new Fault('invalid', `cannot use ${from}: it is ${sha256}, not ${found.sha256}`);
    }
    // What can be run here is soon run, to check with.
    const isRunHere = arch === OWN_ARCH;
    const looking = isRunHere ? this.#shelf.admit(partial, sha256, from) : inspectArchive(partial, from);
    const { unpackedSize, executables } = await looking;
    const missing = component.artifact.programs.filter((program) => !executables.has(program));
    if (missing.length > 0) {
      await this.#shelf.dismiss(sha256);
      throw new Fault('invalid', `cannot use ${from}: no program ${missing.join(', ')} is in it`);
    }
    const { size } = await stat(partial);
    await this.#shelf.keep(partial, sha256);
    return { sha256, size, unpackedSize };
  }

  #throttled(): (what: string, done: number, total: number) => void {
    const { now, onDownload } = this.#options;
    let saidAt = Number.NEGATIVE_INFINITY;
    return (what, done, total) => {
      if (done !== total && now() - saidAt < PROGRESS_EVERY_MS) return;
      saidAt = now();
      onDownload(what, done, total);
    };
  }

  #source(choice: SourceChoice): Source {
    const key = JSON.stringify(choice);
    const source = this.#sources.get(key) ?? this.#makeSource(choice);
    this.#sources.set(key, source);
    return source;
  }

  #makeSource(choice: SourceChoice): Source {
    const { network, github, directory, now } = this.#options;
    switch (choice.kind) {
      case 'github':
        return githubSource(network, this.#free, github);
      case 'mirror':
        return mirrorSource(network, this.#free, choice.url);
      case 'url':
        return new UrlSource({ ...choice, network, free: this.#free });
      case 'apt':
        return new AptSource({
          directory: join(directory, 'apt'),
          suites: choice.suites,
          now,
          signal: network.signal,
          onProgress: this.#throttled(),
        });
    }
  }
}

/** The catalogue's version where the source has it, else the newest that is no pre-release. */
async function locateAny(source: Source, { component, arch }: Wanted): Promise<Found> {
  const offers = await source.versions(component, arch);
  const isOffered = offers === undefined || offers.some(({ version }) => version === component.version);
  const newest = offers?.find(({ version }) => !isPrerelease(version));
  return source.locate(component, isOffered || !newest ? component.version : newest.version, arch);
}

const isPassedOver = (error: unknown): error is Fault =>
  error instanceof Fault && (error.code === 'not_found' || error.code === 'unavailable');

function nobodyHas({ component, version, arch }: Wanted, notes: readonly Fault[]): Fault {
  const isAnswered = notes.some(({ code }) => code === 'not_found');
  const what = `${component.name} ${version ?? component.version} for ${arch}`;
  const why = notes.map(({ message }) => message).join('; ') || 'no source is allowed';
  return new Fault(isAnswered ? 'not_found' : 'unavailable', `cannot get ${what}: ${why}`, {
    hint: isAnswered
      ? 'write a version that one of the sources has'
      : 'allow another source, or a mirror that this machine reaches',
  });
}
