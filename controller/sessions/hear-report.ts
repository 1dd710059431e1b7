import { Fault } from '../../proto/fault.ts';
import type { HostReport } from '../../proto/report.ts';
import { checkFacts } from '../enrolment/check-facts.ts';
import type { Commit } from '../events/commit.ts';
import { DiskFault } from '../store/disk-fault.ts';
import type { Stores } from '../store/stores.ts';
import { changesInventory, reportFingerprint, unitChanges } from './changes.ts';
import type { Session } from './session.ts';

/** A report that says nothing new is written this often, so that "last seen" stays true after a crash. */
const SAVE_AGAIN_MS = 30_000;
export const SEEN = { durable: false } as const;
const LAST_EPOCH = 2 ** 31;
/** Far more than any host that is well says of itself. */
const MOST_UNITS = 256;
const LONGEST_REPORT = 1024 * 1024;

/** @throws Fault `invalid` when it can't be true. An epoch near the end of numbers would leave no room for the next. */
export function checkReport(report: HostReport): void {
  const { epoch, number } = report.revision;
  const refused = (why: string) => new Fault('invalid', `cannot accept report: ${why}`);
  if (!(epoch <= LAST_EPOCH && Number.isSafeInteger(number))) throw refused(`there is no revision ${epoch}.${number}`);
  if (report.units.length > MOST_UNITS) throw refused(`it tells of ${report.units.length} units`);
  const { length } = JSON.stringify(report);
  if (length > LONGEST_REPORT) throw refused(`it is ${length} characters long`);
  checkFacts(report.facts);
}

/** Stores what is new in one transaction, with the events that tell of it. While the disk is full it is only kept in mind. */
export function saveReport(
  deps: { stores: Stores; commit: Commit; now: () => number },
  session: Session,
  report: HostReport,
): { readonly changed: boolean; readonly inventory: boolean } {
  const { stores, now } = deps;
  const fingerprint = reportFingerprint(report);
  const changed = session.saved?.fingerprint !== fingerprint;
  const before = session.saved ? session.report : stores.reports.find(session.host)?.report;
  if (!changed && session.saved && now() - session.saved.atMs < SAVE_AGAIN_MS) {
    session.report = report;
    return { changed, inventory: false };
  }
  const atMs = now();
  try {
    const inventory = store(deps, session.host, before, report, atMs);
    session.report = report;
    session.saved = { fingerprint, atMs };
    return { changed, inventory };
  } catch (error) {
    if (!(error instanceof DiskFault)) throw error;
    session.report = report;
    session.saved = undefined;
    return { changed: false, inventory: false };
  }
}

/** @returns whether the fleet could be resolved differently because of it. */
function store(
  { stores, commit }: { stores: Stores; commit: Commit },
  host: string,
  before: HostReport | undefined,
  report: HostReport,
  at: number,
): boolean {
  return commit((record) => {
    const row = stores.hosts.find(host);
    if (!row) throw new Fault('denied', `cannot accept report of ${host}: it was removed from the fleet`);
    const facts = report.facts.hostname ? report.facts : row.facts;
    stores.reports.put(host, at, report);
    stores.hosts.update(host, { lastSeenAt: at, facts });
    for (const { unit, message } of unitChanges(before, report)) {
      record({ at, kind: 'UnitChanged', host, unit, message });
    }
    return changesInventory(row.facts, facts);
  }, SEEN);
}
