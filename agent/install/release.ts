import { existsSync, readdirSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Release } from '../../proto/spec.ts';
import { syncDirectory } from '../state/atomic-file.ts';
import type { Bring, OnProgress } from './bring-release.ts';
import { FileDigests } from './file-digests.ts';
import type { Layout } from './layout.ts';
import { isIntact, markPath, markStamp, type ReleaseMark, readMark } from './release-mark.ts';

const SHA256_LENGTH = 64;

/** The releases on this host. A directory without its mark, which is written last, is not there. */
export class ReleaseStore {
  readonly #layout: Layout;
  readonly #bring: Bring;
  readonly #installing = new Map<string, Promise<void>>();
  readonly #marks = new Map<string, { stamp: string; mark: ReleaseMark }>();
  readonly #digests = new FileDigests();

  constructor(layout: Layout, bring: Bring) {
    this.#layout = layout;
    this.#bring = bring;
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
    const installing = this.#bring(release, onProgress, signal).finally(() => this.#installing.delete(release.sha256));
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
}
