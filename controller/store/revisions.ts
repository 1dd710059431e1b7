import type Database from 'better-sqlite3';
import { digestOf, sha256 } from '../../proto/digest.ts';
import type { Revision } from '../../proto/revision.ts';
import type { Release } from '../../proto/spec.ts';
import type { Override } from './overrides.ts';

/** One file of an operator's folder, as it was applied. */
export interface FolderFile {
  readonly folder: string;
  readonly path: string;
  readonly content: Uint8Array;
  /** Which of its folder's layers, the lowest is 0; undefined: the folder has none. */
  readonly layer?: number | undefined;
}

interface FileRow extends Omit<FolderFile, 'layer'> {
  layer: number | null;
}

export type RevisionCause = 'apply' | 'undo' | 'override' | 'inventory';

export interface StoredRevision {
  readonly revision: Revision;
  readonly createdAtMs: number;
  readonly actor: string;
  readonly cause: RevisionCause;
  readonly note: string;
  /** `component|version|arch` → the release that it means. */
  readonly locks: Readonly<Record<string, Release>>;
  /** What was stopped by hand then; undefined: nobody wrote it down. */
  readonly overrides?: readonly Override[] | undefined;
  /** Of an undo: the revision that it went back to. */
  readonly restored?: Revision | undefined;
}

interface Row {
  epoch: number;
  number: number;
  created_at: number;
  actor: string;
  cause: RevisionCause;
  note: string;
  locks: string;
  overrides: string | null;
  restored_epoch: number | null;
  restored_number: number | null;
}

export type RevisionStore = ReturnType<typeof revisionStore>;

export function revisionStore(db: Database.Database) {
  const latest = db.prepare<[], Row>('select * from revision order by epoch desc, number desc limit 1');
  const find = db.prepare<[Revision], Row>('select * from revision where epoch = @epoch and number = @number');
  const list = db.prepare<[number], Row>('select * from revision order by epoch desc, number desc limit ?');
  const before = db.prepare<[Revision], Row>(
    'select * from revision where (epoch, number) < (@epoch, @number) order by epoch desc, number desc limit 1',
  );
  const digests = db.prepare<[Revision], { folder: string; path: string; digest: string; layer: number | null }>(
    'select folder, path, digest, layer from revision_file where epoch = @epoch and number = @number order by folder, path',
  );
  const files = db.prepare<[Revision], FileRow>(`
    select folder, path, content, layer from revision_file join blob using (digest)
    where epoch = @epoch and number = @number order by folder, path`);
  const insert = db.prepare<[Row]>(
    `insert into revision values (@epoch, @number, @created_at, @actor, @cause, @note, @locks, @overrides,
       @restored_epoch, @restored_number)`,
  );
  const insertBlob = db.prepare<[string, Uint8Array]>('insert into blob values (?, ?) on conflict do nothing');
  const insertFile = db.prepare<[number, number, string, string, string, number | null]>(
    'insert into revision_file (epoch, number, folder, path, digest, layer) values (?, ?, ?, ?, ?, ?)',
  );
  const insertAll = db.transaction((stored: StoredRevision, all: readonly FolderFile[]) => {
    insert.run(write(stored));
    for (const { folder, path, content, layer } of all) {
      const digest = sha256(content);
      insertBlob.run(digest, content);
      insertFile.run(stored.revision.epoch, stored.revision.number, folder, path, digest, layer ?? null);
    }
  });
  return {
    latest: (): StoredRevision | undefined => readOptional(latest.get()),
    find: (revision: Revision): StoredRevision | undefined => readOptional(find.get(revision)),
    /** Newest first. */
    list: (limit: number): StoredRevision[] => list.all(limit).map(read),
    /** The newest of those that are older. */
    before: (revision: Revision): StoredRevision | undefined => readOptional(before.get(revision)),
    /** Of what its files are, without reading them. */
    contentDigest: (revision: Revision): string => digestOf(digests.all(revision)),
    files: (revision: Revision): FolderFile[] => files.all(revision).map(readFile),
    insert: (stored: StoredRevision, all: readonly FolderFile[]): void => insertAll(stored, all),
  };
}

const readFile = ({ layer, ...file }: FileRow): FolderFile => (layer === null ? file : { ...file, layer });

const readOptional = (row: Row | undefined): StoredRevision | undefined => row && read(row);

const read = (row: Row): StoredRevision => ({
  revision: { epoch: row.epoch, number: row.number },
  createdAtMs: row.created_at,
  actor: row.actor,
  cause: row.cause,
  note: row.note,
  locks: JSON.parse(row.locks) as Record<string, Release>,
  overrides: row.overrides === null ? undefined : (JSON.parse(row.overrides) as Override[]),
  restored: row.restored_epoch === null ? undefined : { epoch: row.restored_epoch, number: row.restored_number ?? 0 },
});

const write = (stored: StoredRevision): Row => ({
  epoch: stored.revision.epoch,
  number: stored.revision.number,
  created_at: stored.createdAtMs,
  actor: stored.actor,
  cause: stored.cause,
  note: stored.note,
  locks: JSON.stringify(stored.locks),
  overrides: stored.overrides ? JSON.stringify(stored.overrides) : null,
  restored_epoch: stored.restored?.epoch ?? null,
  restored_number: stored.restored?.number ?? null,
});
