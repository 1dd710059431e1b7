import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface FileOwner {
  readonly mode: number;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

/** Makes the names inside a directory last: a rename survives a power cut only once its directory is synced. */
export async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, 'r');
  await directory.sync();
}

/** A file with this content that lasts, at a name that nobody reads yet. */
export async function writeFileSynced(path: string, content: Uint8Array | string, owner: FileOwner): Promise<void> {
  await using file = await open(path, 'w', owner.mode);
  await file.writeFile(content);
  await file.chmod(owner.mode);
  if (owner.uid !== undefined && owner.gid !== undefined) await file.chown(owner.uid, owner.gid);
  await file.sync();
}

/** Ends the names of files that are being written: in neither .json nor .yml, which programs look for in a directory that they watch. */
export const BESIDE = '.promfleet-new';
const besideOf = (path: string): string => path + BESIDE;

/** Whoever reads the file sees all of the old content or all of the new, also after a power cut. */
export async function writeAtomically(
  path: string,
  content: Uint8Array | string,
  owner: FileOwner,
  beside = besideOf(path),
): Promise<void> {
  try {
    await writeFileSynced(beside, content, owner);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** The same with nothing else running in between, for a state whose effect must follow at once. */
export function writeAtomicallySync(path: string, content: string, mode = 0o640): void {
  const beside = besideOf(path);
  try {
    const file = openSync(beside, 'w', mode);
    try {
      // Not writeSync: where there is little room that writes a part, and throws nothing.
      writeFileSync(file, content);
      fchmodSync(file, mode);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
  const directory = openSync(dirname(path), 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
