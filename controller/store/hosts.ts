import type Database from 'better-sqlite3';
import { type HostFacts, NO_FACTS } from '../../proto/report.ts';

export interface HostRow {
  readonly name: string;
  /** sha256 of the public key (SPKI DER), hex: the identity that outlives certificates. */
  readonly keyFingerprint: string;
  readonly certificateUntil: number;
  /** Fingerprint of the root that signed its certificate. */
  readonly certificateAuthority: string;
  readonly tokenLabels: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly facts: HostFacts;
  readonly enrolledAt: number;
  /** Id of the join token. */
  readonly enrolledBy: string;
  readonly lastSeenAt: number | undefined;
  readonly removedAt: number | undefined;
}

interface Row {
  name: string;
  key_fingerprint: string;
  certificate_until: number;
  certificate_authority: string;
  token_labels: string;
  labels: string;
  facts: string;
  enrolled_at: number;
  enrolled_by: string;
  last_seen_at: number | null;
  removed_at: number | null;
}

export type HostStore = ReturnType<typeof hostStore>;

export function hostStore(db: Database.Database) {
  const all = db.prepare<[], Row>('select * from host where removed_at is null order by name');
  const find = db.prepare<[string], Row>('select * from host where name = ? and removed_at is null');
  const byKey = db.prepare<[string], Row>('select * from host where key_fingerprint = ?');
  const makeRoom = db.prepare<[string, string]>(
    'delete from host where removed_at is not null and (name = ? or key_fingerprint = ?)',
  );
  const insert = db.prepare<[Row]>(`
    insert into host values (@name, @key_fingerprint, @certificate_until, @certificate_authority, @token_labels,
      @labels, @facts, @enrolled_at, @enrolled_by, @last_seen_at, @removed_at)`);
  const update = db.prepare<[Row]>(`
    update host set key_fingerprint = @key_fingerprint, certificate_until = @certificate_until,
      certificate_authority = @certificate_authority, token_labels = @token_labels, labels = @labels, facts = @facts,
      enrolled_at = @enrolled_at, enrolled_by = @enrolled_by, last_seen_at = @last_seen_at, removed_at = @removed_at
    where name = @name and removed_at is null`);
  return {
    /** Not the removed ones; by name. */
    all: (): HostRow[] => all.all().map(read),
    /** Not a removed one. */
    find: (name: string): HostRow | undefined => readOptional(find.get(name)),
    /** A removed one too: its key is known, and refused. */
    byKey: (fingerprint: string): HostRow | undefined => readOptional(byKey.get(fingerprint)),
    /** Takes the place of a removed host of the same name or key. */
    insert(row: HostRow): void {
      makeRoom.run(row.name, row.keyFingerprint);
      insert.run(write(row));
    },
    update(name: string, patch: Partial<Omit<HostRow, 'name'>>): void {
      const row = find.get(name);
      if (row) update.run(write({ ...read(row), ...patch }));
    },
  };
}

const readOptional = (row: Row | undefined): HostRow | undefined => row && read(row);

const read = (row: Row): HostRow => ({
  name: row.name,
  keyFingerprint: row.key_fingerprint,
  certificateUntil: row.certificate_until,
  certificateAuthority: row.certificate_authority,
  tokenLabels: JSON.parse(row.token_labels) as Record<string, string>,
  labels: JSON.parse(row.labels) as Record<string, string>,
  facts: { ...NO_FACTS, ...(JSON.parse(row.facts) as Partial<HostFacts>) },
  enrolledAt: row.enrolled_at,
  enrolledBy: row.enrolled_by,
  lastSeenAt: row.last_seen_at ?? undefined,
  removedAt: row.removed_at ?? undefined,
});

const write = (host: HostRow): Row => ({
  name: host.name,
  key_fingerprint: host.keyFingerprint,
  certificate_until: host.certificateUntil,
  certificate_authority: host.certificateAuthority,
  token_labels: JSON.stringify(host.tokenLabels),
  labels: JSON.stringify(host.labels),
  facts: JSON.stringify(host.facts),
  enrolled_at: host.enrolledAt,
  enrolled_by: host.enrolledBy,
  last_seen_at: host.lastSeenAt ?? null,
  removed_at: host.removedAt ?? null,
});
