import type Database from 'better-sqlite3';

export interface JoinTokenRow {
  readonly id: string;
  /** sha256 of the token, hex; the token itself is never stored. */
  readonly hash: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly usesLeft: number;
  readonly expiresAt: number;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly revokedAt: number | undefined;
}

interface Row {
  id: string;
  hash: string;
  labels: string;
  uses_left: number;
  expires_at: number;
  created_at: number;
  created_by: string;
  revoked_at: number | null;
}

export type JoinTokenStore = ReturnType<typeof joinTokenStore>;

export function joinTokenStore(db: Database.Database) {
  const all = db.prepare<[], Row>('select * from join_token order by created_at desc, id');
  const find = db.prepare<[string], Row>('select * from join_token where id = ?');
  const byHash = db.prepare<[string], Row>('select * from join_token where hash = ?');
  const insert = db.prepare<[Row]>(`
    insert into join_token values (@id, @hash, @labels, @uses_left, @expires_at, @created_at, @created_by, @revoked_at)`);
  const spend = db.prepare<[string]>('update join_token set uses_left = uses_left - 1 where id = ? and uses_left > 0');
  const revoke = db.prepare<[number, string]>(
    'update join_token set revoked_at = ? where id = ? and revoked_at is null',
  );
  return {
    /** Newest first; the spent, expired and revoked too. */
    all: (): JoinTokenRow[] => all.all().map(read),
    find: (id: string): JoinTokenRow | undefined => readOptional(find.get(id)),
    byHash: (hash: string): JoinTokenRow | undefined => readOptional(byHash.get(hash)),
    insert: ({ labels, usesLeft, expiresAt, createdAt, createdBy, revokedAt, ...row }: JoinTokenRow): void =>
      void insert.run({
        ...row,
        labels: JSON.stringify(labels),
        uses_left: usesLeft,
        expires_at: expiresAt,
        created_at: createdAt,
        created_by: createdBy,
        revoked_at: revokedAt ?? null,
      }),
    /** False when no use was left. */
    spend: (id: string): boolean => spend.run(id).changes === 1,
    /** False when there is none, or it was revoked before. */
    revoke: (id: string, at: number): boolean => revoke.run(at, id).changes === 1,
  };
}

const readOptional = (row: Row | undefined): JoinTokenRow | undefined => row && read(row);

const read = ({ labels, uses_left, expires_at, created_at, created_by, revoked_at, ...row }: Row): JoinTokenRow => ({
  ...row,
  labels: JSON.parse(labels) as Record<string, string>,
  usesLeft: uses_left,
  expiresAt: expires_at,
  createdAt: created_at,
  createdBy: created_by,
  revokedAt: revoked_at ?? undefined,
});
