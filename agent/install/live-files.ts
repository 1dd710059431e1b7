import { rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SpecFile } from '../../proto/spec.ts';
import { writeAtomically } from '../state/atomic-file.ts';
import { lstatOf } from './config-set.ts';
import { makeDirectory, type Owner } from './owner.ts';

/** Writes the files that the program watches, each by a rename: it never sees half of one. */
export async function writeLiveFiles(etc: string, files: readonly SpecFile[], owner: Owner): Promise<void> {
  for (const { path, content } of files) {
    await makeParents(etc, path, owner);
    const place = join(etc, path);
    if (lstatOf(place)?.isDirectory()) await rm(place, { recursive: true });
    await writeAtomically(place, content, owner.file);
  }
}

/** A link where a live directory belongs leads into a set: it is one of an earlier spec. */
async function makeParents(etc: string, path: string, owner: Owner): Promise<void> {
  const parts = path.split('/').slice(0, -1);
  for (let depth = 1; depth <= parts.length; depth++) {
    const parent = join(etc, ...parts.slice(0, depth));
    if (lstatOf(parent)?.isSymbolicLink() || lstatOf(parent)?.isFile()) await rm(parent);
    await makeDirectory(parent, owner.directory);
  }
}

export async function removeLiveFiles(etc: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await rm(join(etc, path), { force: true });
    for (let parent = dirname(path); parent !== '.'; parent = dirname(parent)) {
      await rmdir(join(etc, parent)).catch(() => undefined);
    }
  }
}
