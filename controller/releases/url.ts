import { open, rename, rm } from 'node:fs/promises';
import { normalize } from 'node:path/posix';
import { buffer } from 'node:stream/consumers';
import { Fault } from '../../proto/fault.ts';
import { readArchive } from './archive.ts';
import { topDirectoryOf } from './archive-entry.ts';
import { downloadFile, sha256OfFile } from './download.ts';
import type { Network } from './network.ts';
import { type PackedFile, packArchive } from './pack.ts';
import { customBuild, type Fetchable, type Found, type Source } from './source.ts';
import type { FreeBytes } from './space.ts';
import { directoryName } from './upstream-layout.ts';

export interface UrlOptions {
  readonly url: string;
  readonly sha256: string;
  /** What it holds, or is. */
  readonly program: string;
  readonly network: Network;
  readonly free: FreeBytes;
}

/** No program of one's own is near it. */
const MOST_BYTES = 512 * 1024 ** 2;

/** One file at an operator's URL: an archive of any layout, or the program itself. Its digest is what the operator wrote. */
export class UrlSource implements Source {
  readonly name: string;
  readonly #options: UrlOptions;

  constructor(options: UrlOptions) {
    this.#options = options;
    this.name = `url ${options.url}`;
  }

  versions(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  locate({ name, artifact }: Fetchable, version: string, arch: string): Promise<Found> {
    const { url, sha256, program, network, free } = this.#options;
    return Promise.resolve({
      version,
      build: customBuild(sha256),
      origin: `${this.name} ${program}`,
      sha256: undefined,
      needsBytes: 0,
      fetch: async (file, onProgress) => {
        const what = `${name} ${version} ${arch} from ${url}`;
        const fetched = `${file}.fetched`;
        const onBytes = (done: number, total: number): void => onProgress(what, done, total);
        await downloadFile({ url, into: fetched, sha256, onBytes, free }, network);
        await toRelease(fetched, file, directoryName(artifact, version, arch), this.#options);
        await rm(fetched, { force: true });
        return sha256OfFile(file);
      },
    });
  }
}

/** In the layout of a release: one directory with everything in it. An archive that has it already stays as it is. */
async function toRelease(fetched: string, into: string, top: string, { program, url }: UrlOptions): Promise<void> {
  if (!(await isGzip(fetched))) return packArchive(into, top, [{ source: fetched, to: program, executable: true }]);
  const files: PackedFile[] = [];
  const tops = new Set<string>();
  for await (const { header, body } of readArchive(fetched, url, MOST_BYTES)) {
    const path = normalize(header.name).replace(/^\.?\/$|^\.$/, '');
    if (path.startsWith('/') || path.split('/').includes('..')) {
      throw new Fault('invalid', `cannot unpack ${url}: ${JSON.stringify(header.name)} lies outside it`);
    }
    if (path !== '') tops.add(header.type === 'file' && !path.includes('/') ? '' : topDirectoryOf(path));
    if (header.type !== 'file') await body.cancel();
    else files.push({ source: await buffer(body), to: path, executable: ((header.mode ?? 0) & 0o111) !== 0 });
  }
  if (tops.size === 1 && !tops.has('')) await rename(fetched, into);
  else await packArchive(into, top, files);
}

async function isGzip(path: string): Promise<boolean> {
  await using file = await open(path, 'r');
  const { buffer: start } = await file.read(Buffer.alloc(2), 0, 2, 0);
  return start.equals(Buffer.from([0x1f, 0x8b]));
}
