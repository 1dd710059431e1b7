import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../proto/fault.ts';
import { identityOf, isAlive, type ProcessIdentity } from './process-identity.ts';

// Long enough for a rival that saw the same dead holder to have made its own rename.
const SETTLE_MS = 30;

/**
 * Makes this process the only controller of a directory; the lock of a dead one is taken over. The file says who holds it, by pid, start
 * time and boot id, so neither a kill -9 nor a reused pid can leave it stuck.
 * @throws Fault `conflict` when another controller holds it.
 */
export async function holdInstanceLock(path: string): Promise<Disposable> {
  const mine = identityOf(process.pid);
  if (!mine) throw new Fault('internal', 'cannot read this process in /proc');
  const beside = `${path}.${process.pid}`;
  writeFileSync(beside, JSON.stringify(mine));
  try {
    linkSync(beside, path);
    rmSync(beside);
  } catch {
    const holder = readIdentity(path);
    if (holder && isAlive(holder)) {
      rmSync(beside);
      throw heldBy(holder, path);
    }
    renameSync(beside, path);
    await sleep(SETTLE_MS);
    const winner = readIdentity(path);
    if (winner?.pid !== mine.pid) throw heldBy(winner, path);
  }
  return { [Symbol.dispose]: () => rmSync(path, { force: true }) };
}

const heldBy = (holder: ProcessIdentity | undefined, path: string) =>
  new Fault('conflict', `cannot start: process ${holder?.pid ?? '?'} already runs a controller here (${path})`, {
    hint: 'stop that one first, or give this one a directory of its own with --dir',
  });

/** Who holds a lock file; undefined when nobody does or it can't be read. */
export function readIdentity(path: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
