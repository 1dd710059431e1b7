import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Fault, messageOf } from '../../proto/fault.ts';
import { writeAtomically } from '../atomic-file.ts';
import { holdInstanceLock } from '../instance-lock.ts';
import { flush } from '../releases/archive.ts';
import { SCHEMA } from '../store/database.ts';
import { readArchive } from './archive.ts';
import { inspectDatabase } from './database-copy.ts';
import { AUTHORITY, DATABASE, isReplaced, type Manifest, stampOf } from './manifest.ts';
import { giveToOwnerOf } from './owner.ts';

const INCOMING = '.restoring';
const MARK = 'restore-unfinished';
const RELEASES = 'releases';

export interface RestoreRequest {
  readonly file: string;
  /** Where the controller's state goes. */
  readonly directory: string;
  /** Moves what is there aside. */
  readonly replace: boolean;
  readonly now: () => number;
}

export interface Restored {
  readonly manifest: Manifest;
  /** Where the state that was there lies now; undefined when there was none. */
  readonly aside: string | undefined;
}

/** @throws Fault when the backup is no good, or of a newer promfleet. Writes only where it is told to unpack. */
export async function verifyBackup(file: string, into?: string): Promise<Manifest> {
  const manifest = await readArchive(file, into).catch((error: unknown) => {
    throw unreadable(error, file);
  });
  if (manifest.schema > SCHEMA) {
    throw new Fault('invalid', `cannot use ${file}: its schema is ${manifest.schema}, this promfleet knows ${SCHEMA}`, {
      hint: `promfleet ${manifest.promfleet} wrote it: restore it with that version or a newer one`,
    });
  }
  return manifest;
}

/**
 * All or nothing. The backup is unpacked beside what is there and verified; only then is anything moved, behind a mark that keeps a
 * controller from starting with half of each.
 */
export async function restoreBackup(request: RestoreRequest): Promise<Restored> {
  const file = resolve(request.file);
  const directory = resolve(request.directory);
  if (!existsSync(file)) throw new Fault('not_found', `cannot restore ${file}: there is no such file`);
  if (!request.replace) refuseExisting(directory);
  const isNew = mkdirSync(directory, { recursive: true, mode: 0o750 }) !== undefined;
  const incoming = join(directory, INCOMING);
  let succeeded = false;
  using held = new DisposableStack();
  try {
    held.use(await holdDirectory(directory));
    rmSync(incoming, { recursive: true, force: true });
    mkdirSync(incoming, { mode: 0o700 });
    const manifest = await verifyBackup(file, incoming);
    inspectDatabase(join(incoming, DATABASE), `in ${file}`);
    giveToOwnerOf(directory, incoming);
    const paths = manifest.files.map(({ path }) => path);
    const aside = await exchange(directory, incoming, paths, request.now());
    succeeded = true;
    return { manifest, aside };
  } catch (error) {
    throw explain(error, file, directory);
  } finally {
    rmSync(incoming, { recursive: true, force: true });
    held.dispose();
    if (isNew && !succeeded) rmdirSync(directory);
  }
}

/** @throws Fault `conflict` when a restore was cut off here: half of one state and half of another would be started. */
export function refuseUnfinishedRestore(directory: string): void {
  if (!existsSync(join(directory, MARK))) return;
  throw new Fault('conflict', `cannot use ${directory}: a restore into it was interrupted`, {
    hint: `run it again: promfleet restore FILE --dir ${directory} --replace`,
  });
}

const hasState = (directory: string): boolean =>
  [DATABASE, dirname(AUTHORITY), MARK].some((name) => existsSync(join(directory, name)));

function refuseExisting(directory: string): void {
  if (!hasState(directory)) return;
  throw new Fault('conflict', `cannot restore into ${directory}: a controller's state is there already`, {
    hint: '--replace moves it aside (nothing is deleted); --dir names another directory',
  });
}

async function holdDirectory(directory: string): Promise<Disposable> {
  try {
    return await holdInstanceLock(join(directory, 'controller.lock'));
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'conflict') throw error;
    throw new Fault('conflict', `cannot restore into ${directory}: a controller runs on it`, {
      hint: 'stop it first: systemctl stop promfleet-controller',
      cause: error,
    });
  }
}

async function exchange(
  directory: string,
  incoming: string,
  paths: readonly string[],
  atMs: number,
): Promise<string | undefined> {
  const mark = join(directory, MARK);
  writeAtomically(mark, `${stampOf(atMs)}\n`, 0o600);
  giveToOwnerOf(directory, mark);
  const aside = moveAside(directory, atMs);
  for (const name of readdirSync(incoming)) {
    if (name === RELEASES) addReleases(directory, incoming);
    else renameSync(join(incoming, name), join(directory, name));
  }
  for (const path of new Set(paths.map((path) => dirname(join(directory, path))))) await flush(path);
  await flush(directory);
  rmSync(mark);
  await flush(directory);
  return aside;
}

function moveAside(directory: string, atMs: number): string | undefined {
  const old = readdirSync(directory).filter(isReplaced);
  if (old.length === 0) return undefined;
  const aside = join(directory, `replaced-${stampOf(atMs)}`);
  mkdirSync(aside, { mode: 0o700 });
  giveToOwnerOf(directory, aside);
  for (const name of old) renameSync(join(directory, name), join(aside, name));
  return aside;
}

/** A release is named by its digest: one that is there already is the same. */
function addReleases(directory: string, incoming: string): void {
  const shelf = join(directory, RELEASES);
  mkdirSync(shelf, { recursive: true });
  giveToOwnerOf(directory, shelf);
  for (const name of readdirSync(join(incoming, RELEASES))) {
    renameSync(join(incoming, RELEASES, name), join(shelf, name));
  }
}

function unreadable(error: unknown, file: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new Fault('not_found', `cannot read ${file}: there is no such file`);
  if (code === 'EISDIR') {
    return new Fault('invalid', `cannot read ${file}: it is a directory`, { hint: 'name a backup in it' });
  }
  if (code === 'EACCES') {
    return new Fault('denied', `cannot read ${file}: this user may not`, { hint: 'run it as root', cause: error });
  }
  return error;
}

function explain(error: unknown, file: string, directory: string): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (error instanceof Fault || syscall === undefined) return error;
  const why = code === 'ENOSPC' ? 'the disk is full' : messageOf(error);
  const hint = code === 'EACCES' || code === 'EPERM' ? 'run it as root' : undefined;
  return new Fault('unavailable', `cannot restore ${file} into ${directory}: ${why}`, { hint, cause: error });
}
