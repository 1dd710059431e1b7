import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { chmod, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../proto/fault.ts';
import type { Release } from '../../proto/spec.ts';
import { syncDirectory } from '../state/atomic-file.ts';
import { requireSpace } from './disk-space.ts';
import { digestFile } from './file-digests.ts';
import { type Layout, releaseName } from './layout.ts';
import { requireOwnLinks } from './own-links.ts';
import { markPath, writeMark } from './release-mark.ts';
import { unpack } from './unpack.ts';

/** The bytes of an archive from an offset on. */
export type FetchRelease = (sha256: string, offset: number, signal: AbortSignal) => AsyncIterable<Uint8Array>;
export type OnProgress = (step: 'downloading' | 'unpacking', done: number, total: number) => void;
/** Brings a release to where it belongs, whole and lastingly, or leaves nothing there. */
export type Bring = (release: Release, onProgress: OnProgress, signal: AbortSignal) => Promise<void>;

/** Downloads, verifies, unpacks beside, and only then shows it, in this process. */
export const bringHere =
  (layout: Layout, fetch: FetchRelease): Bring =>
  async (release, onProgress, signal) => {
    mkdirSync(layout.downloads, { recursive: true, mode: 0o755 });
    const archive = join(layout.downloads, `${release.sha256}.tar.gz`);
    const held = existsSync(archive) ? statSync(archive).size : 0;
    const missing = Math.max(release.size - held, 0) + release.unpackedSize;
    requireSpace(layout.releases, missing, nameOf(release));
    await download(release, archive, (offset) => fetch(release.sha256, offset, signal), onProgress);
    onProgress('unpacking', 0, 0);
    await unpackBeside(release, archive, layout);
    await rm(archive, { force: true });
  };

const nameOf = ({ component, version }: Release): string => `${component} ${version}`;

async function download(
  release: Release,
  archive: string,
  fetchFrom: (offset: number) => AsyncIterable<Uint8Array>,
  onProgress: OnProgress,
): Promise<void> {
  const what = nameOf(release);
  const { done, sha256 } = await append(release, archive, fetchFrom, onProgress);
  // What came is kept: the next attempt goes on from there.
  if (done < release.size)
    throw new Fault('unavailable', `cannot download ${what}: it ended after ${done} of ${release.size} bytes`);
  const found = sha256 ?? (await digestFile(archive));
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

/** Not brought to disk: it is read at once, and after a power cut its digest tells. @returns the digest, when all of it came now */
async function append(
  { size }: Release,
  archive: string,
  fetchFrom: (offset: number) => AsyncIterable<Uint8Array>,
  onProgress: OnProgress,
): Promise<{ done: number; sha256: string | undefined }> {
  await using file = await open(archive, 'a', 0o600);
  const held = (await file.stat()).size;
  let done = held;
  if (done >= size) return { done, sha256: undefined };
  const hash = createHash('sha256');
  onProgress('downloading', done, size);
  for await (const chunk of fetchFrom(done)) {
    await file.appendFile(chunk);
    hash.update(chunk);
    done += chunk.length;
    if (done > size) break;
    onProgress('downloading', done, size);
  }
  return { done, sha256: held === 0 ? hash.digest('hex') : undefined };
}

async function unpackBeside(release: Release, archive: string, layout: Layout): Promise<void> {
  for (const name of await readdir(layout.downloads)) {
    const isLeft = name.startsWith(`${release.sha256}.beside-`);
    if (isLeft) await rm(join(layout.downloads, name), { recursive: true, force: true });
  }
  // A name of its own: a process that outlived its agent may still be unpacking into the last one.
  const beside = await mkdtemp(join(layout.downloads, `${release.sha256}.beside-`));
  await chmod(beside, 0o755);
  try {
    await unpack(archive, beside);
    const root = await soleDirectory(beside);
    await requireOwnLinks(root);
    await rm(markPath(root), { recursive: true, force: true });
    await writeMark(root, release.sha256);
    await syncDirectory(root);
    const directory = join(layout.releases, releaseName(release));
    await rm(directory, { recursive: true, force: true });
    await rename(root, directory);
    await syncDirectory(layout.releases);
  } finally {
    // Also when it failed: what half fills a disk must not wait there for the next attempt.
    await rm(beside, { recursive: true, force: true });
  }
}

/** Upstream archives hold one directory, some projects' hold the files themselves. */
async function soleDirectory(directory: string): Promise<string> {
  const [first, ...others] = await readdir(directory, { withFileTypes: true });
  return first?.isDirectory() && others.length === 0 ? join(directory, first.name) : directory;
}
