import type { SupervisorKind } from '../config.ts';
import type { Layout } from '../install/layout.ts';
import { ProcessSupervisor } from './process-supervisor.ts';
import type { Supervisor } from './supervisor.ts';
import { SystemdSupervisor } from './systemd-supervisor.ts';

export interface SupervisorOptions {
  readonly layout: Layout;
  readonly supervisor: SupervisorKind;
  readonly now: () => number;
}

/** What keeps this host's units running. */
export function openSupervisor({ layout, supervisor, now }: SupervisorOptions): Supervisor & Disposable {
  const options = { directory: `${layout.state}/supervisor`, now };
  return supervisor === 'systemd' ? new SystemdSupervisor(options) : new ProcessSupervisor(options);
}
