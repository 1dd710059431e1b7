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

/** Whoever reads the file sees all of the old content or all of the new, also after a power cut. */
export async function writeAtomically(path: string, content: Uint8Array | string, owner: FileOwner): Promise<void> {
  // The name ends in neither .json nor .yml, so that no program that watches the directory takes it for its own.
  const beside = `${path}.promfleet-new`;
  try {
    await writeFileSynced(beside, content, owner);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}
