import type Database from 'better-sqlite3';
import { nameDisk } from '../store/disk-fault.ts';
import type { FleetEvent, Live } from './event.ts';
import type { EventStream } from './stream.ts';

/** Older ones are forgotten: a unit that flaps for months must not fill the disk. */
const EVENTS_KEPT = 100_000;
const FORGET_EVERY = 1_000;

/** Runs one transaction. What it recorded is stored with it, published after it commits, and neither if it does not. */
export type Commit = <T>(work: (record: (event: FleetEvent) => void) => T, how?: How) => T;

export interface How {
  /**
   * False for what was only seen, and will be said again: the disk is not waited for, so that a fleet that reconnects holds
   * nobody up. A power cut may then take it away; the next durable commit takes it to the disk.
   */
  readonly durable: boolean;
}

export function commitTo(db: Database.Database, stream: EventStream<Live>): Commit {
  const insert = db.prepare(
    'insert into event (at, kind, host, unit, message) values (@at, @kind, @host, @unit, @message)',
  );
  const forget = db.prepare<[number]>('delete from event where id <= ?');
  return (work, { durable } = { durable: true }) => {
    const recorded: FleetEvent[] = [];
    const transaction = db.transaction(() => {
      const value = work((event) => recorded.push(event));
      for (const event of recorded) {
        const id = Number(insert.run(event).lastInsertRowid);
        if (id % FORGET_EVERY === 0) forget.run(id - EVENTS_KEPT);
      }
      return value;
    });
    const result = named(db, () => (durable ? transaction.immediate() : unsynced(db, () => transaction.immediate())));
    for (const event of recorded) stream.publish({ type: 'event', event });
    return result;
  };
}

/** @throws DiskFault when it is the disk that refuses. */
function named<T>(db: Database.Database, commit: () => T): T {
  try {
    return commit();
  } catch (error) {
    throw nameDisk(error, db.name);
  }
}

function unsynced<T>(db: Database.Database, commit: () => T): T {
  // Inside another transaction it is that one's to say.
  if (db.inTransaction) return commit();
  db.pragma('synchronous = NORMAL');
  try {
    return commit();
  } finally {
    db.pragma('synchronous = FULL');
  }
}
