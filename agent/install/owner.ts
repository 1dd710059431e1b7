import { chmod, chown, mkdir } from 'node:fs/promises';
import type { FileOwner } from '../state/atomic-file.ts';
import type { Identity } from '../supervise/supervisor.ts';

/** Who may read a unit's files: its own user where it has one, else whoever the agent is. Only the agent may write them. */
export interface Owner {
  readonly file: FileOwner;
  readonly directory: FileOwner;
}

export function ownerOf(identity: Identity | undefined): Owner {
  if (!identity) return { file: { mode: 0o600 }, directory: { mode: 0o700 } };
  const { gid } = identity;
  return { file: { mode: 0o640, uid: 0, gid }, directory: { mode: 0o750, uid: 0, gid } };
}

/** The data directory is the one place where a unit itself writes. */
export const dataOwner = (identity: Identity | undefined): FileOwner => ({ mode: 0o750, ...identity });

/** Makes the directory, and gives it its owner also when it was there already. Parents are for everyone to pass through. */
export async function makeDirectory(path: string, owner: FileOwner): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o755 });
  await chmod(path, owner.mode);
  if (owner.uid !== undefined && owner.gid !== undefined) await chown(path, owner.uid, owner.gid);
}
