import { constants } from 'node:fs';
import { lchown, lstat, open, readdir, realpath } from 'node:fs/promises';
import type { Identity } from './supervisor.ts';
import { run } from './systemctl.ts';

/** Of the users or of the groups of this host: whether nobody has that id any more. */
export type IsFree = (kind: 'passwd' | 'group', id: number) => Promise<boolean>;

/**
 * Gives what is left in a unit's own directory by a user that was deleted to the one that was made anew. No link in it is followed, and what
 * belongs to anyone else stays theirs. The directory itself goes last: what is cut short is seen, and done, again.
 * @param before  the unit's last owner, whoever may have those ids by now
 * @returns how many changed hands
 */
export async function takeOver(
  directory: string,
  now: Identity,
  before: Identity | undefined,
  isFree: IsFree = hasNoName,
): Promise<number> {
  const known = new Map<string, boolean>();
  const isLeft = async (kind: 'passwd' | 'group', id: number): Promise<boolean> => {
    const [present, last] = kind === 'passwd' ? [now.uid, before?.uid] : [now.gid, before?.gid];
    if (id === 0 || id === present) return false;
    const left = known.get(`${kind} ${id}`) ?? (id === last || (await isFree(kind, id)));
    known.set(`${kind} ${id}`, left);
    return left;
  };
  // Its administrator may have moved it to a disk of its own; above it only root writes.
  return changeBelow(await realpath(directory), async ({ uid, gid }) => ({
    uid: (await isLeft('passwd', uid)) ? now.uid : uid,
    gid: (await isLeft('group', gid)) ? now.gid : gid,
  }));
}

/** By open directories: where one of them is exchanged for a link meanwhile, nothing is reached through it. */
async function changeBelow(directory: string, ownerFor: (owner: Identity) => Promise<Identity>): Promise<number> {
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
  await using handle = await open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  const here = `/proc/self/fd/${handle.fd}`;
  let changed = 0;
  for (const name of await readdir(here)) {
    const path = `${here}/${name}`;
    const found = await lstat(path);
    if (found.isDirectory()) {
      changed += await changeBelow(path, ownerFor);
      continue;
    }
    const owner = await ownerFor(found);
    if (owner.uid === found.uid && owner.gid === found.gid) continue;
    await lchown(path, owner.uid, owner.gid);
    changed++;
  }
  const found = await handle.stat();
  const owner = await ownerFor(found);
  if (owner.uid === found.uid && owner.gid === found.gid) return changed;
  await handle.chown(owner.uid, owner.gid);
  return changed + 1;
}

/** Also of users that no file of this host names. */
async function hasNoName(kind: 'passwd' | 'group', id: number): Promise<boolean> {
  try {
    await run('getent', [kind, String(id)]);
    return false;
  } catch (error) {
    return ((error as Error).cause as { code?: unknown } | undefined)?.code === 2;
  }
}
