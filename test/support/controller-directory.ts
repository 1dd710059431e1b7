import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { openAuthority } from '../../controller/enrolment/authority.ts';
import { commitTo } from '../../controller/events/commit.ts';
import { EventStream } from '../../controller/events/stream.ts';
import { openDatabase } from '../../controller/store/database.ts';
import { openStores, type Stores } from '../../controller/store/stores.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** A controller's state as it lies on disk, open as if it ran. */
export interface ControllerDirectory extends Disposable {
  readonly path: string;
  /** Fingerprint of its authority. */
  readonly pin: string;
  readonly db: Database.Database;
  readonly stores: Stores;
  /** Says something that must be found again. */
  note(message: string): void;
  notes(): string[];
}

export async function controllerDirectory(): Promise<ControllerDirectory> {
  const directory = temporaryDirectory();
  const path = join(directory.path, 'controller');
  mkdirSync(path);
  const db = openDatabase(join(path, 'promfleet.db'));
  const stores = openStores(db);
  const commit = commitTo(db, new EventStream());
  const options = { directory: join(path, 'pki'), names: ['c'], now: Date.now, randomBytes, mustExist: false };
  const authority = await openAuthority(options);
  mkdirSync(join(path, 'releases'));
  writeFileSync(join(path, 'releases/0123.tar.gz'), 'a release');
  mkdirSync(join(path, 'unpacked/0123'), { recursive: true });
  writeFileSync(join(path, 'unpacked/0123/program'), 'a program');
  return {
    path,
    pin: authority.pin(),
    db,
    stores,
    note: (message) => commit((record) => record({ at: 0, kind: 'ControllerStarted', host: '', unit: '', message })),
    notes: () => stores.events.list({ after: 0, limit: 1_000 }).map((event) => event.message),
    [Symbol.dispose]: () => {
      db.close();
      directory[Symbol.dispose]();
    },
  };
}
