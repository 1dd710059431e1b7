import type Database from 'better-sqlite3';
import { type HostReport, NO_FACTS } from '../../proto/report.ts';

/** The newest that a host said of itself, and when it was heard. */
export interface StoredReport {
  readonly receivedAtMs: number;
  readonly report: HostReport;
}

interface Row {
  host: string;
  received_at: number;
  report: string;
}

export type ReportStore = ReturnType<typeof reportStore>;

export function reportStore(db: Database.Database) {
  const all = db.prepare<[], Row>('select * from report order by host');
  const find = db.prepare<[string], Row>('select * from report where host = ?');
  const put = db.prepare<[string, number, string]>('insert or replace into report values (?, ?, ?)');
  const remove = db.prepare<[string]>('delete from report where host = ?');
  return {
    /** By host name. */
    all: (): Map<string, StoredReport> => new Map(all.all().map((row) => [row.host, read(row)])),
    find(host: string): StoredReport | undefined {
      const row = find.get(host);
      return row && read(row);
    },
    put: (host: string, receivedAtMs: number, report: HostReport): void =>
      void put.run(host, receivedAtMs, JSON.stringify(report)),
    remove: (host: string): void => void remove.run(host),
  };
}

function read(row: Row): StoredReport {
  const report = JSON.parse(row.report) as HostReport;
  const units = report.units.map((unit) => ({
    ...unit,
    activity: unit.activity ?? undefined,
    loss: unit.loss ?? undefined,
  }));
  return { receivedAtMs: row.received_at, report: { ...report, facts: { ...NO_FACTS, ...report.facts }, units } };
}
