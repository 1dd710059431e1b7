import type Database from 'better-sqlite3';

/** What the documents of the newest revision say, for whoever shows the fleet: read once, when it is recorded. */
export interface Written {
  /** Of the `kind: Fleet`; '' when there is none. */
  readonly fleet: string;
  /** Of each `kind: Host`, by its name. */
  readonly labels: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export type MetaStore = ReturnType<typeof metaStore>;

export function metaStore(db: Database.Database) {
  const get = db.prepare<[string], { value: string }>('select value from meta where key = ?');
  const set = db.prepare<[string, string]>('insert or replace into meta values (?, ?)');
  const held = (): boolean => get.get('held')?.value === 'yes';
  return {
    written: (): Written => JSON.parse(get.get('written')?.value ?? '{"fleet":"","labels":{}}') as Written,
    setWritten: (written: Written): void => void set.run('written', JSON.stringify(written)),
    get: (key: string): string | undefined => get.get(key)?.value,
    set: (key: string, value: string): void => void set.run(key, value),
    /** The epoch that the next revision belongs to. */
    epoch: (): number => Number(get.get('epoch')?.value ?? 1),
    /** This state is older than what an agent has seen: no spec is sent until an operator applies. */
    held,
    /** For good: an epoch never ends, the next one follows it. */
    beginEpoch(epoch: number): void {
      set.run('epoch', String(epoch));
      set.run('held', 'yes');
    },
    /** An operator has applied: what is stored is what is wanted. */
    endHold(): void {
      if (held()) set.run('held', 'no');
    },
  };
}
