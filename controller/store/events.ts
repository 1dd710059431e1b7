import type Database from 'better-sqlite3';
import type { FleetEvent } from '../events/event.ts';

export type StoredEvent = FleetEvent & { readonly id: number };

export type EventStore = ReturnType<typeof eventStore>;

/** Reading only: an event is written by the transaction that made it happen. */
export function eventStore(db: Database.Database) {
  const before = db.prepare<[number, number], StoredEvent>('select * from event where id < ? order by id desc limit ?');
  const after = db.prepare<[number, number], StoredEvent>('select * from event where id > ? order by id limit ?');
  return {
    /** Newest first and older than `before`; with `after`, oldest first and newer than it. Both are ids. */
    list: (page: { before?: number | undefined; after?: number | undefined; limit: number }): StoredEvent[] =>
      page.after === undefined
        ? before.all(page.before ?? Number.MAX_SAFE_INTEGER, page.limit)
        : after.all(page.after, page.limit),
  };
}
