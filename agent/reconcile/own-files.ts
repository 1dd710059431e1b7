import { existsSync, lstatSync, readdirSync } from 'node:fs';
import type { UnitSpec } from '../../proto/spec.ts';
import { placesOf } from '../install/layout.ts';
import { takeOver } from '../supervise/left-files.ts';
import type { Identity } from '../supervise/supervisor.ts';
import type { Host } from './host.ts';

/** A unit's user may have been deleted and made anew, with other ids: what it could read and write, it can again. */
export async function keepOwnFiles(host: Host, unit: UnitSpec): Promise<void> {
  const { launch, owner: before } = host.records.get(unit.name);
  // Until it has run here nothing there is known to be its own.
  if (host.supervisor.kind !== 'systemd' || launch === undefined) return;
  const now = await host.supervisor.identity(unit.user);
  if (!now) return;
  const { etc, var: data } = placesOf(host.layout, unit);
  for (const directory of [etc, data].filter((path) => existsSync(path) && isStrange(path, now))) {
    const changed = await takeOver(directory, now, before);
    if (changed === 0) continue;
    host.log.warn(
      { unit: unit.name, directory, changed, user: unit.user },
      'its user was deleted and made anew, and was given what the old one had left',
    );
  }
}

/** There may be very many files: those at the top tell of the rest. */
function isStrange(directory: string, now: Identity): boolean {
  const paths = [directory, ...readdirSync(directory).map((name) => `${directory}/${name}`)];
  return paths
    .flatMap((path) => lstatSync(path, { throwIfNoEntry: false }) ?? [])
    .filter((found) => !found.isSymbolicLink())
    .some(({ uid, gid }) => (uid !== 0 && uid !== now.uid) || (gid !== 0 && gid !== now.gid));
}
