import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Fault } from '../../proto/fault.ts';
import type { Release } from '../../proto/spec.ts';
import { syncDirectory, writeFileSynced } from '../state/atomic-file.ts';
import { requireSpace } from './disk-space.ts';
import { type Layout, releaseName } from './layout.ts';
import { unpack } from './unpack.ts';

const MARK = '.complete';

/** The bytes of an archive from an offset on. */
export type FetchRelease = (sha256: string, offset: number, signal: AbortSignal) => AsyncIterable<Uint8Array>;
export type OnProgress = (step: 'downloading' | 'unpacking', done: number, total: number) => void;

/** The releases on this host. A directory without its mark, which is written last, is not there. */
export class ReleaseStore {
  readonly #layout: Layout;
  readonly #fetch: FetchRelease;
  readonly #installing = new Map<string, Promise<void>>();
  readonly #known = new Map<string, string>();

  constructor(layout: Layout, fetch: FetchRelease) {
    this.#layout = layout;
    this.#fetch = fetch;
  }

  /** Directory name → sha256. */
  installed(): Map<string, string> {
    const names = existsSync(this.#layout.releases) ? readdirSync(this.#layout.releases) : [];
    const found = new Map<string, string>();
    for (const name of names.filter((name) => !name.startsWith('.'))) {
      const mark = join(this.#layout.releases, name, MARK);
      if (!existsSync(mark)) continue;
      const sha256 = this.#known.get(name) ?? readFileSync(mark, 'utf8').trim();
      this.#known.set(name, sha256);
      found.set(name, sha256);
    }
    return found;
  }

  /** Two units of one release share its download. */
  install(release: Release, onProgress: OnProgress, signal: AbortSignal): Promise<void> {
    const running = this.#installing.get(release.sha256);
    if (running) return running;
    const installing = this.#install(release, onProgress, signal).finally(() =>
      this.#installing.delete(release.sha256),
    );
    this.#installing.set(release.sha256, installing);
    return installing;
  }

  async remove(name: string): Promise<void> {
    // The mark goes first: half a release directory must not look like a whole one.
    await rm(join(this.#layout.releases, name, MARK), { force: true });
    this.#known.delete(name);
    await rm(join(this.#layout.releases, name), { recursive: true, force: true });
  }

  /** Downloads that were given up, but for those that may go on. */
  async removePartial(keep: ReadonlySet<string>): Promise<void> {
    const names = await readdir(this.#layout.downloads).catch(() => []);
    const given = names.filter(
      (name) => !keep.has(name.split('.')[0] as string) && !this.#installing.has(name.split('.')[0] as string),
    );
    for (const name of given) await rm(join(this.#layout.downloads, name), { recursive: true, force: true });
  }

  async #install(release: Release, onProgress: OnProgress, signal: AbortSignal): Promise<void> {
    mkdirSync(this.#layout.downloads, { recursive: true, mode: 0o755 });
    const archive = join(this.#layout.downloads, `${release.sha256}.tar.gz`);
    const held = existsSync(archive) ? statSync(archive).size : 0;
    const what = `${release.component} ${release.version}`;
    requireSpace(this.#layout.releases, Math.max(release.size - held, 0) + release.unpackedSize, what);
    await this.#download(release, archive, onProgress, signal);
    onProgress('unpacking', 0, 0);
    await this.#unpackBeside(release, archive);
    await rm(archive, { force: true });
  }

  async #download(release: Release, archive: string, onProgress: OnProgress, signal: AbortSignal): Promise<void> {
    await using file = await open(archive, 'a', 0o600);
    let done = (await file.stat()).size;
    const what = `${release.component} ${release.version}`;
    if (done < release.size) {
      onProgress('downloading', done, release.size);
      for await (const chunk of this.#fetch(release.sha256, done, signal)) {
        await file.appendFile(chunk);
        done += chunk.length;
        if (done > release.size) break;
        onProgress('downloading', done, release.size);
      }
      await file.sync();
    }
    // What came is kept: the next attempt goes on from there.
    if (done < release.size)
      throw new Fault('unavailable', `cannot download ${what}: it ended after ${done} of ${release.size} bytes`);
    const found = await sha256Of(archive);
    if (found === release.sha256) return;
    await rm(archive);
    throw new Fault(
      'invalid',
      `cannot install ${what}: its archive has sha256 ${found}, and ${release.sha256} was wanted`,
      {
        hint: 'it was altered on its way or at its source; it was thrown away and is fetched again',
      },
    );
  }

  async #unpackBeside(release: Release, archive: string): Promise<void> {
    const beside = join(this.#layout.downloads, `${release.sha256}.unpacked`);
    await rm(beside, { recursive: true, force: true });
    mkdirSync(beside, { mode: 0o755 });
    await unpack(archive, beside);
    const root = await soleDirectory(beside);
    await writeFileSynced(join(root, MARK), `${release.sha256}\n`, { mode: 0o644 });
    await syncDirectory(root);
    const directory = join(this.#layout.releases, releaseName(release));
    await rm(directory, { recursive: true, force: true });
    await rename(root, directory);
    await syncDirectory(this.#layout.releases);
    await rm(beside, { recursive: true, force: true });
  }
}

/** Upstream archives hold one directory, some projects' hold the files themselves. */
async function soleDirectory(directory: string): Promise<string> {
  const [first, ...others] = await readdir(directory, { withFileTypes: true });
  return first?.isDirectory() && others.length === 0 ? join(directory, first.name) : directory;
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
