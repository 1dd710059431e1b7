import type Database from 'better-sqlite3';

export interface SeenBoot {
  readonly bootId: string;
  /** When a machine of this boot was last refused; undefined: it is the host itself. */
  readonly refusedAt: number | undefined;
  /** What it says of itself, for people. */
  readonly machine: string;
}

/** Far more than a host has between two looks at it; a machine whose boot was forgotten is taken for a new one. */
const KEPT = 64;

interface Row {
  boot_id: string;
  refused_at: number | null;
  machine: string;
}

export type BootStore = ReturnType<typeof bootStore>;

export function bootStore(db: Database.Database) {
  const of = db.prepare<[string], Row>(
    'select boot_id, refused_at, machine from host_boot where host = ? order by seq',
  );
  const insert = db.prepare<[string, string, string]>(
    'insert into host_boot (host, boot_id, machine) values (?, ?, ?)',
  );
  const refuse = db.prepare<[number, string, string]>(
    'update host_boot set refused_at = ? where host = ? and boot_id = ?',
  );
  const refuseAfter = db.prepare<[number, string, string, string]>(`
    update host_boot set refused_at = ? where host = ? and refused_at is null
      and seq > (select seq from host_boot where host = ? and boot_id = ?)`);
  const forget = db.prepare<[string, string, number]>(`
    delete from host_boot where host = ? and seq not in
      (select seq from host_boot where host = ? order by seq desc limit ?)`);
  const remove = db.prepare<[string]>('delete from host_boot where host = ?');
  return {
    /** Oldest first. */
    of: (host: string): SeenBoot[] =>
      of.all(host).map((row) => ({
        bootId: row.boot_id,
        refusedAt: row.refused_at ?? undefined,
        machine: row.machine,
      })),
    add(host: string, bootId: string, machine: string): void {
      insert.run(host, bootId, machine);
      forget.run(host, host, KEPT);
    },
    refuse: (host: string, bootId: string, at: number): void => void refuse.run(at, host, bootId),
    /** All that came after this one. */
    refuseAfter: (host: string, bootId: string, at: number): void => void refuseAfter.run(at, host, host, bootId),
    remove: (host: string): void => void remove.run(host),
  };
}
