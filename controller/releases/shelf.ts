import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ArchiveContents, flush, inspectArchive, isUnpacked, unpackArchive } from './archive.ts';
import { sha256OfFile } from './download.ts';
import { type FreeBytes, requireSpace } from './space.ts';

const PARTIAL_MAX_AGE_MS = 24 * 60 * 60_000;

export interface ShelvedArchive {
  readonly sha256: string;
  readonly size: number;
  readonly unpackedSize: number;
}

/** The archives that a controller keeps, by their digests, and what was unpacked of them. */
export class Shelf {
  readonly #directory: string;
  readonly #free: FreeBytes;
  readonly #now: () => number;
  /** Digests that were checked since this controller started. */
  readonly #sound = new Set<string>();
  readonly #unpacking = new Map<string, Promise<string>>();
  #opening: Promise<void> | undefined;

  constructor(directory: string, free: FreeBytes, now: () => number) {
    this.#directory = directory;
    this.#free = free;
    this.#now = now;
  }

  /** Makes its directories and removes what an earlier controller left half done. */
  open(): Promise<void> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  async #open(): Promise<void> {
    for (const part of ['releases', 'unpacked', 'partial'])
      await mkdir(join(this.#directory, part), { recursive: true });
    for (const name of await readdir(join(this.#directory, 'partial'))) {
      const path = join(this.#directory, 'partial', name);
      const ageMs = this.#now() - (await stat(path)).mtimeMs;
      // Downloads go on where they ended; what was made here has to be made again.
      if (name.endsWith('.work') || ageMs > PARTIAL_MAX_AGE_MS) await rm(path, { recursive: true, force: true });
    }
    for (const name of await readdir(join(this.#directory, 'unpacked'))) {
      const directory = join(this.#directory, 'unpacked', name);
      if (!(await isUnpacked(directory))) await rm(directory, { recursive: true, force: true });
    }
  }

  archivePath(sha256: string): string {
    return join(this.#directory, 'releases', `${sha256}.tar.gz`);
  }

  /** Where an archive is gathered before it is kept, on the same disk. */
  partialPath(name: string): string {
    return join(this.#directory, 'partial', name);
  }

  /** Whether the archive is here, whole and unaltered. Its bytes are read the first time only. */
  async holds({ sha256, size }: ShelvedArchive): Promise<boolean> {
    await this.open();
    const path = this.archivePath(sha256);
    const stats = await stat(path).catch(() => undefined);
    if (stats?.size !== size) return false;
    if (!this.#sound.has(sha256) && (await sha256OfFile(path)) !== sha256) return false;
    this.#sound.add(sha256);
    return true;
  }

  /** Takes a file whose digest was just computed. Nobody sees it before all of it is on disk. */
  async keep(partial: string, sha256: string): Promise<void> {
    await flush(partial);
    await rename(partial, this.archivePath(sha256));
    await flush(join(this.#directory, 'releases'));
    this.#sound.add(sha256);
  }

  /** Looks at all of an archive that is to be kept and, on the way, unpacks it: it is read once. */
  admit(partial: string, sha256: string, what: string): Promise<ArchiveContents> {
    if (this.#unpacking.has(sha256)) return inspectArchive(partial, what);
    const directory = this.#unpackedPath(sha256);
    const work = async (): Promise<ArchiveContents> => {
      if (await isUnpacked(directory)) return inspectArchive(partial, what);
      await requireSpace(this.#directory, await unpackedSizeHint(partial), what, this.#free);
      return unpackArchive(partial, directory, what);
    };
    const admitting = work();
    this.#whileUnpacking(
      sha256,
      admitting.then(() => directory),
    ).catch(() => undefined);
    return admitting;
  }

  /** What was unpacked of an archive that is not kept after all. */
  async dismiss(sha256: string): Promise<void> {
    await rm(this.#unpackedPath(sha256), { recursive: true, force: true });
  }

  /** The directory that holds what the archive holds. */
  unpacked(archive: ShelvedArchive, what: string): Promise<string> {
    const { sha256, unpackedSize } = archive;
    const running = this.#unpacking.get(sha256);
    if (running) return running;
    const directory = this.#unpackedPath(sha256);
    const work = async (): Promise<string> => {
      await this.open();
      if (await isUnpacked(directory)) return directory;
      await requireSpace(this.#directory, unpackedSize, what, this.#free);
      await unpackArchive(this.archivePath(sha256), directory, what, unpackedSize);
      return directory;
    };
    return this.#whileUnpacking(sha256, work());
  }

  #unpackedPath(sha256: string): string {
    return join(this.#directory, 'unpacked', sha256);
  }

  #whileUnpacking(sha256: string, work: Promise<string>): Promise<string> {
    const unpacking = work.finally(() => this.#unpacking.delete(sha256));
    this.#unpacking.set(sha256, unpacking);
    return unpacking;
  }
}

/** What the end of a gzip file says of its content: true of every honest one below 4 GiB. */
async function unpackedSizeHint(file: string): Promise<number> {
  await using handle = await open(file);
  const { size } = await handle.stat();
  const end = Buffer.alloc(4);
  if (size >= end.length) await handle.read(end, 0, end.length, size - end.length);
  return end.readUInt32LE();
}
