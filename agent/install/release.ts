import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { chmod, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../proto/fault.ts';
import type { Release } from '../../proto/spec.ts';
import { syncDirectory } from '../state/atomic-file.ts';
import { requireSpace } from './disk-space.ts';
import { digestFile, FileDigests } from './file-digests.ts';
import { type Layout, releaseName } from './layout.ts';
import { requireOwnLinks } from './own-links.ts';
import { isIntact, markPath, markStamp, type ReleaseMark, readMark, writeMark } from './release-mark.ts';
import { unpack } from './unpack.ts';

const SHA256_LENGTH = 64;

/** The bytes of an archive from an offset on. */
export type FetchRelease = (sha256: string, offset: number, signal: AbortSignal) => AsyncIterable<Uint8Array>;
/** Fills an empty directory with what an archive holds, lastingly. */
export type Unpack = (archive: string, into: string) => Promise<void>;
export type OnProgress = (step: 'downloading' | 'unpacking', done: number, total: number) => void;

/** The releases on this host. A directory without its mark, which is written last, is not there. */
export class ReleaseStore {
  readonly #layout: Layout;
  readonly #fetch: FetchRelease;
  readonly #unpack: Unpack;
  readonly #installing = new Map<string, Promise<void>>();
  readonly #marks = new Map<string, { stamp: string; mark: ReleaseMark }>();
  readonly #digests = new FileDigests();

  constructor(layout: Layout, fetch: FetchRelease, unpackInto: Unpack = unpack) {
    this.#layout = layout;
    this.#fetch = fetch;
    this.#unpack = unpackInto;
  }

  /** Directory name → sha256, of those that are as they were unpacked: what was altered since is not there. */
  installed(): Map<string, string> {
    const whole = [...this.#marked()].filter(([name, mark]) => isIntact(this.#place(name), mark, this.#digests));
    return new Map(whole.map(([name, { sha256 }]) => [name, sha256]));
  }

  /** The same of every one that was once complete, altered or not. */
  unpacked(): Map<string, string> {
    return new Map([...this.#marked()].map(([name, { sha256 }]) => [name, sha256]));
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
    const directory = this.#place(name);
    await rm(markPath(directory), { force: true });
    this.#marks.delete(name);
    if (existsSync(directory)) await syncDirectory(directory);
    await rm(directory, { recursive: true, force: true });
  }

  /** What downloads that were given up, and crashes, have left. */
  async removePartial(): Promise<void> {
    const names = await readdir(this.#layout.downloads).catch(() => []);
    const left = names.filter((name) => !this.#installing.has(name.slice(0, SHA256_LENGTH)));
    for (const name of left) await rm(join(this.#layout.downloads, name), { recursive: true, force: true });
  }

  #place(name: string): string {
    return join(this.#layout.releases, name);
  }

  #marked(): Map<string, ReleaseMark> {
    const names = existsSync(this.#layout.releases) ? readdirSync(this.#layout.releases) : [];
    const found = new Map<string, ReleaseMark>();
    for (const name of names.filter((name) => !name.startsWith('.'))) {
      const mark = this.#mark(name);
      if (mark) found.set(name, mark);
    }
    return found;
  }

  #mark(name: string): ReleaseMark | undefined {
    const stamp = markStamp(this.#place(name));
    const known = this.#marks.get(name);
    if (stamp === '' || known?.stamp === stamp) return stamp === '' ? undefined : known?.mark;
    const mark = readMark(this.#place(name));
    if (mark) this.#marks.set(name, { stamp, mark });
    return mark;
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
    const found = await digestFile(archive);
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
    for (const name of await readdir(this.#layout.downloads)) {
      const isLeft = name.startsWith(`${release.sha256}.beside-`);
      if (isLeft) await rm(join(this.#layout.downloads, name), { recursive: true, force: true });
    }
    // A name of its own: a process that outlived its agent may still be unpacking into the last one.
    const beside = await mkdtemp(join(this.#layout.downloads, `${release.sha256}.beside-`));
    await chmod(beside, 0o755);
    try {
      await this.#unpack(archive, beside);
      const root = await soleDirectory(beside);
      await requireOwnLinks(root);
      await rm(markPath(root), { recursive: true, force: true });
      await writeMark(root, release.sha256);
      await syncDirectory(root);
      const directory = join(this.#layout.releases, releaseName(release));
      await rm(directory, { recursive: true, force: true });
      await rename(root, directory);
      await syncDirectory(this.#layout.releases);
    } finally {
      // Also when it failed: what half fills a disk must not wait there for the next attempt.
      await rm(beside, { recursive: true, force: true });
    }
  }
}

/** Upstream archives hold one directory, some projects' hold the files themselves. */
async function soleDirectory(directory: string): Promise<string> {
  const [first, ...others] = await readdir(directory, { withFileTypes: true });
  return first?.isDirectory() && others.length === 0 ? join(directory, first.name) : directory;
}
