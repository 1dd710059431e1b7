import { existsSync, linkSync, lstatSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { Fault, messageOf } from '../../proto/fault.ts';
import { flush } from '../releases/archive.ts';
import { VERSION } from '../version.ts';
import { measure, readArchive, type Source, writeArchive } from './archive.ts';
import { copyDatabase, inspectDatabase } from './database-copy.ts';
import { recordBackup } from './last-backup.ts';
import { AUTHORITY, backupName, DATABASE, isState, type Manifest, toPrune, writeManifest } from './manifest.ts';
import { refuseUnfinishedRestore } from './restore.ts';

/** Before the process id of whoever makes it. */
const STAGE = '.promfleet-backup-';

export interface BackupRequest {
  /** The controller's state. */
  readonly directory: string;
  /** A file that is not there yet; or a directory, for a name that tells the time. */
  readonly to: { readonly file: string } | { readonly directory: string };
  readonly withReleases: boolean;
  /** Of the backups in that directory; undefined: all. */
  readonly keep: number | undefined;
  readonly now: () => number;
}

export interface Backup {
  readonly file: string;
  readonly size: number;
  readonly manifest: Manifest;
  readonly pruned: readonly string[];
}

/**
 * One file with everything that a controller needs to come up elsewhere. It works on the files, beside a controller that runs or does
 * not. Older ones are pruned last, when the new one is on disk under its name and has been read back: whatever fails before leaves all
 * as it was.
 */
export async function createBackup(request: BackupRequest): Promise<Backup> {
  const { directory, to, now } = request;
  const atMs = now();
  const file = resolve('file' in to ? to.file : join(to.directory, backupName(atMs)));
  refuseWhatCannotBe(directory, file);
  try {
    sweepStages(dirname(file));
    const manifest = await writeBackup(request, file, atMs);
    const { size } = statSync(file);
    recordBackup(directory, { atMs, file, size });
    return { file, size, manifest, pruned: 'file' in to ? [] : prune(dirname(file), request.keep) };
  } catch (error) {
    throw explain(error, directory, file);
  }
}

function refuseWhatCannotBe(directory: string, file: string): void {
  refuseUnfinishedRestore(directory);
  const missing = [DATABASE, AUTHORITY].find((path) => !existsSync(join(directory, path)));
  if (missing) {
    throw new Fault('not_found', `cannot back up ${directory}: there is no ${missing} in it`, {
      hint: 'name the controller’s directory with --dir, and be a user who may read it (root, or the controller’s own)',
    });
  }
  if (existsSync(file)) throw alreadyThere(file);
  refuseFolder(dirname(file));
}

/** Never made here: a name that is mistyped, or of a disk that is not mounted, would fill the disk below. */
function refuseFolder(folder: string): void {
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (stats?.isDirectory()) return;
  throw new Fault(
    'not_found',
    `cannot write a backup into ${folder}: ${stats ? 'it is no' : 'there is no such'} directory`,
    {
      hint: `is it spelled right, and its disk mounted? If so, make it: mkdir -m 700 ${folder}`,
    },
  );
}

const alreadyThere = (file: string): Fault =>
  new Fault('conflict', `cannot write the backup ${file}: there is such a file already`, {
    hint: 'choose another name',
  });

async function writeBackup(request: BackupRequest, file: string, atMs: number): Promise<Manifest> {
  const { directory, withReleases } = request;
  const folder = dirname(file);
  const stage = mkdtempSync(join(folder, `${STAGE}${process.pid}-`));
  try {
    const database = join(stage, DATABASE);
    // The database before the authority: an authority that is newer than what was signed is none the worse.
    copyDatabase(join(directory, DATABASE), database);
    const facts = inspectDatabase(database);
    const sources = [{ path: DATABASE, from: database }, ...stateFiles(directory, withReleases)];
    const files = await Promise.all(sources.map(measure));
    const manifest = writeManifest({ promfleet: VERSION, createdAtMs: atMs, host: hostname(), ...facts, files });
    const archive = join(stage, basename(file));
    await writeArchive(archive, manifest, sources);
    const written = await readArchive(archive);
    linkWhole(archive, file);
    await flush(folder);
    return written;
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** Never over another file. */
function linkWhole(archive: string, file: string): void {
  try {
    linkSync(archive, file);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? alreadyThere(file) : error;
  }
}

/** All but the database, which is copied. */
function stateFiles(directory: string, withReleases: boolean): Source[] {
  return readdirSync(directory)
    .filter((name) => isState(name, withReleases) && name !== DATABASE)
    .flatMap((name) => filesAt(join(directory, name)))
    .map((from) => ({ path: relative(directory, from), from }));
}

function filesAt(path: string): string[] {
  const stats = lstatSync(path);
  if (stats.isDirectory()) return readdirSync(path).flatMap((name) => filesAt(join(path, name)));
  return stats.isFile() && !path.endsWith('.tmp') ? [path] : [];
}

function prune(folder: string, keep: number | undefined): string[] {
  const old = keep === undefined ? [] : toPrune(readdirSync(folder), keep).map((name) => join(folder, name));
  for (const path of old) rmSync(path);
  return old;
}

/** What a backup that was killed left behind. */
function sweepStages(folder: string): void {
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const pid = name.startsWith(STAGE) ? Number.parseInt(name.slice(STAGE.length), 10) : 0;
    if (pid > 0 && !existsSync(`/proc/${pid}`)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

function explain(error: unknown, directory: string, file: string): unknown {
  if (error instanceof Fault) return error;
  const { code = '', syscall } = error as NodeJS.ErrnoException;
  const cannot = (why: string, hint: string) =>
    new Fault('unavailable', `cannot back up ${directory} to ${file}: ${why}`, { hint, cause: error });
  if (code === 'ENOSPC' || code === 'SQLITE_FULL') {
    return cannot(
      'the disk is full',
      `free space on the disk that holds ${dirname(file)}; older backups were left alone`,
    );
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'SQLITE_CANTOPEN' || code === 'SQLITE_READONLY') {
    return cannot(messageOf(error), 'run it as root, or as the user that the controller runs as');
  }
  const isOfSystem = syscall !== undefined || code.startsWith('SQLITE_');
  return isOfSystem ? cannot(messageOf(error), 'older backups were left alone') : error;
}
