import type Database from 'better-sqlite3';

export interface SecretRow {
  readonly name: string;
  /** Of its values, from 1, for people. */
  readonly number: number;
  /** Unlike any before it, also after a restore. */
  readonly version: string;
  readonly keyId: string;
  readonly sealed: Buffer;
  readonly setAt: number;
  readonly setBy: string;
}

interface Row {
  name: string;
  number: number;
  version: string;
  key_id: string;
  sealed: Buffer;
  set_at: number;
  set_by: string;
}

export type SecretStore = ReturnType<typeof secretStore>;

export function secretStore(db: Database.Database) {
  const all = db.prepare<[], Row>('select * from secret order by name');
  const find = db.prepare<[string], Row>('select * from secret where name = ?');
  const put = db.prepare<[Row]>(
    'insert or replace into secret values (@name, @number, @version, @key_id, @sealed, @set_at, @set_by)',
  );
  const remove = db.prepare<[string]>('delete from secret where name = ?');
  return {
    /** By name. */
    all: (): SecretRow[] => all.all().map(read),
    find(name: string): SecretRow | undefined {
      const row = find.get(name);
      return row && read(row);
    },
    put: ({ keyId, setAt, setBy, ...row }: SecretRow): void =>
      void put.run({ ...row, key_id: keyId, set_at: setAt, set_by: setBy }),
    remove: (name: string): void => void remove.run(name),
  };
}

const read = ({ key_id, set_at, set_by, ...row }: Row): SecretRow => ({
  ...row,
  keyId: key_id,
  setAt: set_at,
  setBy: set_by,
});
