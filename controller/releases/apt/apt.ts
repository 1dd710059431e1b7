import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../../proto/fault.ts';
import type { Artifact } from '../../catalogue/component.ts';
import { sha256OfFile } from '../download.ts';
import { type Fetchable, type Found, type Offer, type Progress, type Source, showOffer } from '../source.ts';
import { compareVersions } from '../version-order.ts';
import { debianBuild, upstreamVersion } from './debian-version.ts';
import { type MachineApt, readMachineApt } from './machine.ts';
import type { DebianPackage } from './package.ts';
import { PrivateRoot } from './private-root.ts';
import { repack } from './repack.ts';

const SUITES = ['bookworm', 'trixie', 'sid'];

export interface AptOptions {
  /** Of the private apt roots: one below it per suite and architecture. */
  readonly directory: string;
  /** None: the machine's own, then the other Debian suites, each only when the ones before lack the version. */
  readonly suites: readonly string[];
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Hears of the package lists; what is fetched after them is told to whoever fetches. */
  readonly onProgress: Progress;
}

/** What one suite has of a component: the offer, and the packages that hold its files. */
interface SuiteOffer extends Offer {
  readonly root: PrivateRoot;
  readonly packages: readonly DebianPackage[];
}

/** Debian's builds, out of any suite and for any architecture, repacked to the layout that upstream has. */
export class AptSource implements Source {
  readonly name = 'apt';
  readonly #options: AptOptions;
  #machine: Promise<MachineApt> | undefined;
  readonly #roots = new Map<string, PrivateRoot>();

  constructor(options: AptOptions) {
    this.#options = options;
  }

  async versions(component: Fetchable, arch: string): Promise<readonly Offer[]> {
    const { order } = await this.#suites();
    // All of them are needed: at once.
    const asked = await Promise.allSettled(order.map((suite) => this.#offersOf(component, suite, arch)));
    const notes = asked.flatMap((each, i) => (each.status === 'rejected' ? [noteOf(order[i], each.reason)] : []));
    if (notes.length === order.length) throw unusable(notes);
    return newestFirst(asked.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))).map(offerOf);
  }

  async locate(component: Fetchable, version: string, arch: string): Promise<Found> {
    const { artifact } = component;
    const { offers, notes } = await this.#search(component, arch, (offer) => offer.version === version);
    const found = offers.find((offer) => offer.version === version);
    if (!found) {
      const has = offers.map(showOffer).join(', ') || 'no version of it';
      const read = notes.length > 0 ? `; ${notes.join('; ')}` : '';
      throw new Fault('not_found', `apt lacks ${component.name} ${version} for ${arch}, it has ${has}${read}`);
    }
    const needed = found.packages.reduce((sum, each) => sum + each.size * 2 + each.unpackedSize, 0);
    return {
      ...offerOf(found),
      sha256: undefined,
      needsBytes: needed,
      fetch: (file, onProgress) => fetchOffer(artifact, arch, found, file, onProgress),
    };
  }

  /** Reads suite after suite until one has what is meant. A suite that can't be read is noted and passed over. */
  async #search(
    component: Fetchable,
    arch: string,
    isMeant: (offer: Offer) => boolean,
  ): Promise<{ offers: SuiteOffer[]; notes: string[] }> {
    const { order } = await this.#suites();
    const offers: SuiteOffer[] = [];
    const notes: string[] = [];
    for (const suite of order) {
      try {
        offers.push(...(await this.#offersOf(component, suite, arch)));
      } catch (error) {
        notes.push(noteOf(suite, error));
      }
      if (offers.some(isMeant)) break;
    }
    if (notes.length === order.length) throw unusable(notes);
    return { offers: newestFirst(offers), notes };
  }

  async #suites(): Promise<{ order: readonly string[]; machine: MachineApt }> {
    const machine = await this.#readMachine();
    const { suites } = this.#options;
    return { machine, order: suites.length > 0 ? suites : [...new Set([machine.ownSuite, ...SUITES])] };
  }

  /** Once; what failed is tried again, since an operator may have mended it. */
  #readMachine(): Promise<MachineApt> {
    this.#machine ??= readMachineApt().catch((error: unknown) => {
      this.#machine = undefined;
      throw error;
    });
    return this.#machine;
  }

  async #offersOf({ artifact }: Fetchable, suite: string, arch: string): Promise<SuiteOffer[]> {
    if (artifact.debianPackage === '') return [];
    const root = await this.#rootOf(suite, arch);
    const names = [...new Set([artifact.debianPackage, ...artifact.debianFiles.map((file) => file.package)])];
    const packages = await root.packages(names);
    return packages
      .filter(({ name }) => name === artifact.debianPackage)
      .map((main) => ({
        version: upstreamVersion(main.version),
        build: debianBuild(main.version),
        origin: `apt ${suite}`,
        root,
        packages: packages.filter(({ sourceVersion }) => sourceVersion === main.sourceVersion),
      }));
  }

  async #rootOf(suite: string, arch: string): Promise<PrivateRoot> {
    const machine = await this.#readMachine();
    const key = `${suite}-${arch}`;
    const directory = join(this.#options.directory, key);
    await mkdir(directory, { recursive: true });
    const targets = suite === machine.ownSuite ? machine.own : [{ uri: machine.mirror, suite }];
    const { now, signal, onProgress } = this.#options;
    const onLists = (done: number, total: number): void => onProgress(`package lists of Debian ${suite}`, done, total);
    const made = new PrivateRoot({ ...machine, directory, arch, targets, now, signal, onLists });
    const root = this.#roots.get(key) ?? made;
    this.#roots.set(key, root);
    return root;
  }
}

function noteOf(suite: string | undefined, error: unknown): string {
  if (!(error instanceof Fault)) throw error;
  return `suite ${suite} can’t be read: ${error.message}`;
}

const unusable = (notes: readonly string[]): Fault => new Fault('unavailable', `cannot use apt: ${notes.join('; ')}`);

const newestFirst = (offers: readonly SuiteOffer[]): SuiteOffer[] =>
  offers.toSorted((a, b) => compareVersions(b.version, a.version));

const offerOf = ({ version, build, origin }: SuiteOffer): Offer => ({ version, build, origin });

async function fetchOffer(
  artifact: Artifact,
  arch: string,
  offer: SuiteOffer,
  file: string,
  onProgress: Progress,
): Promise<string> {
  const work = `${file}.work`;
  const size = offer.packages.reduce((sum, each) => sum + each.size, 0);
  const what = `${artifact.archive} ${offer.version} ${arch} from ${offer.origin}`;
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  try {
    onProgress(what, 0, size);
    await offer.root.download(offer.packages, work, (fraction) => onProgress(what, Math.floor(fraction * size), size));
    onProgress(what, size, size);
    await repack(artifact, { version: offer.version, arch }, work, file);
    return await sha256OfFile(file);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
