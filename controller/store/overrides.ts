import type Database from 'better-sqlite3';

/** What was typed rather than applied. */
export interface Override {
  readonly host: string;
  readonly unit: string;
  readonly stopped: boolean;
  readonly actor: string;
  readonly createdAtMs: number;
}

interface Row {
  host: string;
  unit: string;
  stopped: number;
  actor: string;
  created_at: number;
}

export type OverrideStore = ReturnType<typeof overrideStore>;

export function overrideStore(db: Database.Database) {
  const all = db.prepare<[], Row>('select * from override order by host, unit');
  const put = db.prepare<[Row]>('insert or replace into override values (@host, @unit, @stopped, @actor, @created_at)');
  const remove = db.prepare<[string, string]>('delete from override where host = ? and unit = ?');
  const clear = db.prepare('delete from override');
  return {
    all: (): Override[] =>
      all.all().map(({ created_at, stopped, ...row }) => ({ ...row, stopped: stopped === 1, createdAtMs: created_at })),
    put({ host, unit, stopped, actor, createdAtMs }: Override): void {
      put.run({ host, unit, stopped: stopped ? 1 : 0, actor, created_at: createdAtMs });
    },
    remove: (host: string, unit: string): void => void remove.run(host, unit),
    clear: (): void => void clear.run(),
  };
}
