import { Fault } from '../../proto/fault.ts';
import { digestFor } from './checksums.ts';
import { downloadFile, readText } from './download.ts';
import type { Network } from './network.ts';
import type { Fetchable, Found, Offer, Source } from './source.ts';
import type { FreeBytes } from './space.ts';
import { archiveName, releasePath, versionsPath } from './upstream-layout.ts';
import { compareVersions } from './version-order.ts';

export interface UpstreamOptions {
  readonly name: string;
  readonly base: string;
  /** Whether `versions.txt` may lie beside the releases. */
  readonly hasIndex: boolean;
  readonly network: Network;
  readonly free: FreeBytes;
}

/** The projects' own archives, with the checksum lists that lie beside them. */
export class UpstreamSource implements Source {
  readonly name: string;
  readonly #options: UpstreamOptions;

  constructor(options: UpstreamOptions) {
    this.name = options.name;
    this.#options = { ...options, base: options.base.replace(/\/+$/, '') };
  }

  async versions({ artifact }: Fetchable): Promise<readonly Offer[] | undefined> {
    const { base, hasIndex, network } = this.#options;
    if (!hasIndex) return undefined;
    const index = await readText(`${base}/${versionsPath(artifact)}`, network);
    return index
      ?.split('\n')
      .map((line) => line.trim().replace(/^v/, ''))
      .filter((line) => /^\d[\w.+~-]*$/.test(line))
      .sort((a, b) => compareVersions(b, a))
      .map((version) => this.#offer(version));
  }

  async locate(component: Fetchable, version: string, arch: string): Promise<Found> {
    const { base, network, free } = this.#options;
    const { artifact } = component;
    const folder = `${base}/${releasePath(artifact, version)}`;
    const list = await readText(`${folder}/${artifact.checksums}`, network);
    if (list === undefined) throw await this.#lacks(component, `${component.name} ${version}`, arch);
    const file = archiveName(artifact, version, arch);
    const sha256 = digestFor(list, file, `${folder}/${artifact.checksums}`);
    if (sha256 === undefined) {
      throw new Fault('not_found', `${this.name} has ${component.name} ${version}, but not for ${arch}: no ${file}`);
    }
    return {
      ...this.#offer(version),
      sha256,
      needsBytes: 0,
      fetch: (into, onProgress) => {
        const what = `${component.name} ${version} ${arch} from ${this.name}`;
        const onBytes = (done: number, total: number): void => onProgress(what, done, total);
        return downloadFile({ url: `${folder}/${file}`, into, sha256, onBytes, free }, network);
      },
    };
  }

  #offer(version: string): Offer {
    return { version, build: 'upstream', origin: this.name };
  }

  async #lacks(component: Fetchable, what: string, arch: string): Promise<Fault> {
    const offers = await this.versions(component).catch(() => undefined);
    const has = offers ? `, it has ${offers.map(({ version }) => version).join(', ') || 'no version of it'}` : '';
    return new Fault('not_found', `${this.name} lacks ${what} for ${arch}${has}`);
  }
}
