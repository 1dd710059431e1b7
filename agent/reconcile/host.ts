import type { UnitSpec } from '../../proto/spec.ts';
import type { FileDigests } from '../install/file-digests.ts';
import type { Layout } from '../install/layout.ts';
import { linkPrograms, unlinkPrograms } from '../install/program-links.ts';
import type { ReleaseStore } from '../install/release.ts';
import type { Log } from '../log.ts';
import type { SettingsFile } from '../narrowing/settings-file.ts';
import type { SpecStore } from '../state/spec-file.ts';
import type { UnitRecords } from '../state/unit-records.ts';
import type { Supervisor } from '../supervise/supervisor.ts';
import type { HostTls } from '../tls/host-tls.ts';
import type { Activities } from './activities.ts';
import type { LossWatch } from './loss-watch.ts';
import type { Prober } from './prober.ts';

/** Everything that looking at a host and changing it takes. */
export interface Host {
  readonly layout: Layout;
  readonly supervisor: Supervisor;
  readonly releases: ReleaseStore;
  readonly records: UnitRecords;
  readonly specs: SpecStore;
  readonly digests: FileDigests;
  readonly prober: Prober;
  readonly losses: LossWatch;
  readonly activities: Activities;
  readonly settings: SettingsFile;
  readonly tls: HostTls;
  readonly now: () => number;
  readonly log: Log;
}

/** The end of a unit's log, for the controller; nothing of it where the administrator of the host keeps logs here. */
export async function logLines(host: Host, unit: string, count: number): Promise<string[]> {
  return forbids(host.settings, 'logs') === '' ? logsOf(host).lastLines(unit, count) : [];
}

/** Logs as they may leave the host: a program may say in one what it was given. */
export const logsOf = ({ supervisor, specs }: Host): Pick<Supervisor, 'lastLines' | 'follow'> => ({
  lastLines: async (unit, count) => (await supervisor.lastLines(unit, count)).map(specs.scrub),
  follow: (unit, lines, onLines) => supervisor.follow(unit, lines, (more) => onLines(more.map(specs.scrub))),
});

/** Why the controller may not have it; '' when it may. */
export function forbids({ current, path }: SettingsFile, what: 'logs' | 'queries'): string {
  if (current.problem !== '') return `nobody can tell what this host allows: ${current.problem}`;
  return current.settings.allow?.[what] === false ? `${path} on this host allows no ${what}` : '';
}

/** What people type leads to the programs that run; not where the administrator of the host wants no such names. */
export function offerCommands({ layout, settings }: Host, unit: UnitSpec): void {
  if (settings.current.settings.allow?.commands === false) unlinkPrograms(layout, unit.name);
  else linkPrograms(layout, unit);
}
