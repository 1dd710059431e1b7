import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../../proto/fault.ts';
import type { Artifact, Component } from '../../catalogue/component.ts';
import { type Found, type Offer, type Progress, type Source, showOffer } from '../source.ts';
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

  async versions(component: Component, arch: string): Promise<readonly Offer[]> {
    return (await this.#search(component, arch, () => false)).offers.map(offerOf);
  }

  async locate(component: Component, version: string, arch: string): Promise<Found> {
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
    component: Component,
    arch: string,
    isMeant: (offer: Offer) => boolean,
  ): Promise<{ offers: SuiteOffer[]; notes: string[] }> {
    const machine = await this.#readMachine();
    const { suites } = this.#options;
    const order = suites.length > 0 ? suites : [...new Set([machine.ownSuite, ...SUITES])];
    const offers: SuiteOffer[] = [];
    const notes: string[] = [];
    for (const suite of order) {
      try {
        offers.push(...(await this.#offersOf(component, suite, arch, machine)));
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        notes.push(`suite ${suite} can’t be read: ${error.message}`);
      }
      if (offers.some(isMeant)) break;
    }
    if (notes.length === order.length) throw new Fault('unavailable', `cannot use apt: ${notes.join('; ')}`);
    return { offers: offers.sort((a, b) => compareVersions(b.version, a.version)), notes };
  }

  /** Once; what failed is tried again, since an operator may have mended it. */
  #readMachine(): Promise<MachineApt> {
    this.#machine ??= readMachineApt().catch((error: unknown) => {
      this.#machine = undefined;
      throw error;
    });
    return this.#machine;
  }

  async #offersOf({ artifact }: Component, suite: string, arch: string, machine: MachineApt): Promise<SuiteOffer[]> {
    const root = await this.#rootOf(suite, arch, machine);
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

  async #rootOf(suite: string, arch: string, machine: MachineApt): Promise<PrivateRoot> {
    const key = `${suite}-${arch}`;
    const directory = join(this.#options.directory, key);
    await mkdir(directory, { recursive: true });
    const targets = suite === machine.ownSuite ? machine.own : [{ uri: machine.mirror, suite }];
    const { now, signal } = this.#options;
    const made = new PrivateRoot({ ...machine, directory, arch, targets, now, signal });
    const root = this.#roots.get(key) ?? made;
    this.#roots.set(key, root);
    return root;
  }
}

const offerOf = ({ version, build, origin }: SuiteOffer): Offer => ({ version, build, origin });

async function fetchOffer(
  artifact: Artifact,
  arch: string,
  offer: SuiteOffer,
  file: string,
  onProgress: Progress,
): Promise<void> {
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
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
