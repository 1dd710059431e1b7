import { readFileSync } from 'node:fs';
import { Fault } from '../../proto/fault.ts';

/** The range that systemd gives to dynamic users: no distribution hands out ids from it. */
export const FIRST_UID = 61_184;
export const LAST_UID = 65_519;

/**
 * A uid for a user that has no passwd entry: always the same for the same name, never one that another name has.
 * @param given  names that have one already; they keep it
 * @param taken  ids that someone else on this host uses
 */
export function chooseUid(name: string, given: Readonly<Record<string, number>>, taken: ReadonlySet<number>): number {
  const kept = given[name];
  if (kept !== undefined) return kept;
  const used = new Set([...taken, ...Object.values(given)]);
  const span = LAST_UID - FIRST_UID + 1;
  const first = Buffer.from(name).reduce((hash, byte) => (hash * 31 + byte) % span, 7);
  for (let step = 0; step < span; step++) {
    const uid = FIRST_UID + ((first + step) % span);
    if (!used.has(uid)) return uid;
  }
  throw new Fault('unavailable', `cannot find a free user id for ${name}: all of ${FIRST_UID}-${LAST_UID} are taken`);
}

/** Ids of the range that are in the host's own user and group files. */
export function takenUids(files: readonly string[] = ['/etc/passwd', '/etc/group']): ReadonlySet<number> {
  const ids = files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => Number(line.split(':')[2])),
  );
  return new Set(ids.filter((id) => id >= FIRST_UID && id <= LAST_UID));
}
