import { closeSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import { Fault, messageOf } from '../../proto/fault.ts';
import { fleet } from './migrations/0001-fleet.ts';
import { revisionOverrides } from './migrations/0002-revision-overrides.ts';
import { hostBoots } from './migrations/0003-host-boots.ts';
import { layers } from './migrations/0004-layers.ts';
import { secrets } from './migrations/0005-secrets.ts';

/** In order; a database remembers how many of them it has had. Text in modules, so that a bundle carries them. */
const MIGRATIONS = [fleet, revisionOverrides, hostBoots, layers, secrets] as const;
/** What this program's databases say of themselves. */
export const SCHEMA = MIGRATIONS.length;

/**
 * Opens the controller's state, brought to this program's schema. `:memory:` for tests.
 * @throws Fault when a newer promfleet wrote it, or it can't be read.
 */
export function openDatabase(path: string): Database.Database {
  const db = open(path);
  try {
    db.pragma('journal_mode = WAL');
    // What an agent was told must be remembered after a power cut: an epoch rests on it.
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    db.pragma('busy_timeout = 5000');
    migrate(db, path);
    return db;
  } catch (error) {
    db.close();
    throw error instanceof Fault ? error : cannotOpen(path, error);
  }
}

function open(path: string): Database.Database {
  try {
    // It holds the files of the fleet, which may hold secrets: those beside it (-wal, -shm) take over its mode.
    if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600));
    return new Database(path);
  } catch (error) {
    throw cannotOpen(path, error);
  }
}

function migrate(db: Database.Database, path: string): void {
  // Looked at inside the transaction: of two controllers started at once, the second sees what the first has done.
  const bring = db.transaction(() => {
    const version = db.pragma('user_version', { simple: true }) as number;
    if (version > MIGRATIONS.length) {
      throw new Fault(
        'invalid',
        `cannot open ${path}: its schema is ${version}, this promfleet knows ${MIGRATIONS.length}`,
        {
          hint: 'a newer promfleet wrote it: run that version, or restore the state from before the upgrade',
        },
      );
    }
    for (const sql of MIGRATIONS.slice(version)) db.exec(sql);
    db.pragma(`user_version = ${MIGRATIONS.length}`);
  });
  bring.immediate();
}

const cannotOpen = (path: string, cause: unknown): Fault =>
  new Fault('unavailable', `cannot open ${path}: ${messageOf(cause)}`, {
    hint: 'check that the file is a promfleet database and that this user may read and write it and its folder',
    cause,
  });
