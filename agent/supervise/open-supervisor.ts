import type { SupervisorKind } from '../config.ts';
import type { Layout } from '../install/layout.ts';
import { ProcessSupervisor } from './process-supervisor.ts';
import type { Supervisor } from './supervisor.ts';
import { SystemdSupervisor } from './systemd-supervisor.ts';

export interface SupervisorOptions {
  readonly layout: Layout;
  readonly supervisor: SupervisorKind;
  readonly now: () => number;
  /** Whether a user that promfleet did not make may be a unit's; none unless said otherwise. */
  readonly mayAdopt?: (user: string) => boolean;
}

/** What keeps this host's units running. */
export function openSupervisor({ layout, supervisor, now, mayAdopt }: SupervisorOptions): Supervisor & Disposable {
  const options = { directory: `${layout.state}/supervisor`, now, ...(mayAdopt ? { mayAdopt } : {}) };
  return supervisor === 'systemd' ? new SystemdSupervisor(options) : new ProcessSupervisor(options);
}
