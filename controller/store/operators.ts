import type Database from 'better-sqlite3';

export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export interface OperatorRow {
  readonly name: string;
  readonly role: Role;
  /** sha256 of the credential, hex; the credential itself is never stored. */
  readonly hash: string;
  readonly expiresAt: number;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly revokedAt: number | undefined;
}

interface Row {
  name: string;
  role: Role;
  hash: string;
  expires_at: number;
  created_at: number;
  created_by: string;
  revoked_at: number | null;
}

export type OperatorStore = ReturnType<typeof operatorStore>;

export function operatorStore(db: Database.Database) {
  const all = db.prepare<[], Row>('select * from operator order by name');
  const find = db.prepare<[string], Row>('select * from operator where name = ?');
  const byHash = db.prepare<[string], Row>('select * from operator where hash = ?');
  const put = db.prepare<[Row]>(`
    insert or replace into operator values (@name, @role, @hash, @expires_at, @created_at, @created_by, @revoked_at)`);
  const revoke = db.prepare<[number, string]>(
    'update operator set revoked_at = ? where name = ? and revoked_at is null',
  );
  return {
    /** The revoked and expired too; by name. */
    all: (): OperatorRow[] => all.all().map(read),
    find: (name: string): OperatorRow | undefined => readOptional(find.get(name)),
    byHash: (hash: string): OperatorRow | undefined => readOptional(byHash.get(hash)),
    /** A new credential for a name that is there takes the place of its old one. */
    put: ({ expiresAt, createdAt, createdBy, revokedAt, ...row }: OperatorRow): void =>
      void put.run({
        ...row,
        expires_at: expiresAt,
        created_at: createdAt,
        created_by: createdBy,
        revoked_at: revokedAt ?? null,
      }),
    /** False when there is none, or it was revoked before. */
    revoke: (name: string, at: number): boolean => revoke.run(at, name).changes === 1,
  };
}

const readOptional = (row: Row | undefined): OperatorRow | undefined => row && read(row);

const read = ({ expires_at, created_at, created_by, revoked_at, ...row }: Row): OperatorRow => ({
  ...row,
  expiresAt: expires_at,
  createdAt: created_at,
  createdBy: created_by,
  revokedAt: revoked_at ?? undefined,
});
