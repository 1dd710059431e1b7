import type Database from 'better-sqlite3';

/** Who did what, and whether it was done. */
export interface AuditRow {
  readonly at: number;
  /** Operator name, or the Unix user on the local socket. */
  readonly actor: string;
  /** The route: `PUT /v1/fleet`. */
  readonly action: string;
  readonly target: string;
  /** `ok`, or the fault code. */
  readonly outcome: string;
}

export type AuditStore = ReturnType<typeof auditStore>;

export function auditStore(db: Database.Database) {
  const add = db.prepare<[AuditRow]>(
    'insert into audit (at, actor, action, target, outcome) values (@at, @actor, @action, @target, @outcome)',
  );
  const addOnce = db.prepare<[AuditRow & { since: number }]>(`
    insert into audit (at, actor, action, target, outcome) select @at, @actor, @action, @target, @outcome
    where not exists (select 1 from audit where at > @since and actor = @actor and action = @action)`);
  const list = db.prepare<[number, number], AuditRow & { id: number }>(
    'select * from audit where id < ? order by id desc limit ?',
  );
  return {
    add: (row: AuditRow): void => void add.run(row),
    /** The same deed of the same actor within `everyMs` is written once: whoever has no name must not fill the disk. */
    addOnce: (row: AuditRow, everyMs: number): void => void addOnce.run({ ...row, since: row.at - everyMs }),
    /** Newest first and older than `before`, an id. */
    list: (page: { before?: number | undefined; limit: number }): (AuditRow & { id: number })[] =>
      list.all(page.before ?? Number.MAX_SAFE_INTEGER, page.limit),
  };
}
