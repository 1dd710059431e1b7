import { lstatSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { writeFileSynced } from '../state/atomic-file.ts';
import { digestFile, type FileDigests, fileStamp } from './file-digests.ts';

const MARK = '.complete';

/** Written last into a release directory: what it is, and every file of it as it was unpacked. */
export interface ReleaseMark {
  readonly sha256: string;
  readonly files: readonly MarkedFile[];
}

interface MarkedFile {
  readonly path: string;
  readonly digest: string;
  /** While the file has it, it was not touched, and need not be read. */
  readonly stamp: string;
}

export async function writeMark(root: string, sha256: string): Promise<void> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files: MarkedFile[] = [];
  for (const entry of entries.filter((entry) => entry.isFile())) {
    const path = join(entry.parentPath, entry.name);
    files.push({ path: relative(root, path), digest: await digestFile(path), stamp: fileStamp(path) });
  }
  await writeFileSynced(join(root, MARK), JSON.stringify({ sha256, files } satisfies ReleaseMark), { mode: 0o644 });
}

/** Undefined where there is none, or none that can be read: then the release is not there. */
export function readMark(root: string): ReleaseMark | undefined {
  try {
    return JSON.parse(readFileSync(join(root, MARK), 'utf8')) as ReleaseMark;
  } catch {
    return undefined;
  }
}

export const markStamp = (root: string): string => fileStamp(join(root, MARK));
export const markPath = (root: string): string => join(root, MARK);

/** Whether every file is as it was unpacked. One that was only moved, copied or given another mode still is. */
export const isIntact = (root: string, { files }: ReleaseMark, digests: FileDigests): boolean =>
  files.every(({ path, stamp, digest }) => {
    const place = join(root, path);
    return lstatSync(place, { throwIfNoEntry: false })?.isFile() === true && isSame(place, stamp, digest, digests);
  });

const isSame = (place: string, stamp: string, digest: string, digests: FileDigests): boolean =>
  fileStamp(place) === stamp || digests.of(place) === digest;
