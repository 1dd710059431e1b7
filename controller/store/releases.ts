import type Database from 'better-sqlite3';
import type { Release } from '../../proto/spec.ts';

export interface StoredRelease extends Release {
  /** Where it came from, for people. */
  readonly source: string;
  readonly fetchedAtMs: number;
}

interface Row {
  sha256: string;
  component: string;
  version: string;
  build: string;
  arch: string;
  size: number;
  unpacked_size: number;
  source: string;
  fetched_at: number;
}

export type ReleaseStore = ReturnType<typeof releaseStore>;

export function releaseStore(db: Database.Database) {
  const all = db.prepare<[], Row>('select * from release order by component, version, build, arch, sha256');
  const bySha256 = db.prepare<[string], Row>('select * from release where sha256 = ?');
  const find = db.prepare<[string, string, string], Row>(
    'select * from release where component = ? and version = ? and arch = ? order by fetched_at, sha256',
  );
  const insert = db.prepare<[Row]>(`
    insert into release values (@sha256, @component, @version, @build, @arch, @size, @unpacked_size, @source, @fetched_at)
    on conflict (sha256) do nothing`);
  return {
    all: (): StoredRelease[] => all.all().map(read),
    bySha256(sha256: string): StoredRelease | undefined {
      const row = bySha256.get(sha256);
      return row && read(row);
    },
    /** Oldest first. */
    find: (component: string, version: string, arch: string): StoredRelease[] =>
      find.all(component, version, arch).map(read),
    /** The same archive again changes nothing. */
    insert: ({ unpackedSize, fetchedAtMs, ...release }: StoredRelease): void =>
      void insert.run({ ...release, unpacked_size: unpackedSize, fetched_at: fetchedAtMs }),
  };
}

const read = ({ unpacked_size, fetched_at, ...row }: Row): StoredRelease => ({
  ...row,
  unpackedSize: unpacked_size,
  fetchedAtMs: fetched_at,
});
