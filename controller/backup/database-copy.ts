import { chmodSync, closeSync, fsyncSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import { Fault, messageOf } from '../../proto/fault.ts';

export interface DatabaseFacts {
  /** Migrations that it has had. */
  readonly schema: number;
  /** The newest one; '' when there is none. */
  readonly revision: string;
}

/**
 * Copies a database that a controller may be writing to. `VACUUM INTO` reads in one transaction: a busy writer neither waits nor
 * makes it begin again, as it would SQLite's page-by-page backup; and every row is read, so that damage shows.
 */
export function copyDatabase(path: string, to: string): void {
  const db = open(path);
  try {
    db.prepare('vacuum into ?').run(to);
  } catch (error) {
    const { code = '' } = error as { code?: string };
    throw ['SQLITE_CORRUPT', 'SQLITE_NOTADB'].includes(code) ? damaged(path, messageOf(error)) : error;
  } finally {
    db.close();
  }
  chmodSync(to, 0o600);
  const file = openSync(to, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** @throws Fault `invalid` when it is damaged or no database of promfleet. */
export function inspectDatabase(path: string, what = path): DatabaseFacts {
  const db = open(path, true);
  try {
    const problems = db.pragma('integrity_check', { simple: true }) as string;
    if (problems !== 'ok') throw damaged(what, problems);
    const newest = db
      .prepare<[], { epoch: number; number: number }>(
        'select epoch, number from revision order by 1 desc, 2 desc limit 1',
      )
      .get();
    return {
      schema: db.pragma('user_version', { simple: true }) as number,
      revision: newest ? `${newest.epoch}.${newest.number}` : '',
    };
  } catch (error) {
    throw error instanceof Fault ? error : damaged(what, messageOf(error));
  } finally {
    db.close();
  }
}

const open = (path: string, readonly = false): Database.Database =>
  new Database(path, { fileMustExist: true, readonly, timeout: 10_000 });

const damaged = (what: string, why: string): Fault =>
  new Fault('invalid', `cannot use the database ${what}: it is damaged (${why.split('\n', 1)[0]})`);
