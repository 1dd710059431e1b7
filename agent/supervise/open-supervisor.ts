import type { Layout } from '../install/layout.ts';
import { ProcessSupervisor } from './process-supervisor.ts';
import type { Supervisor } from './supervisor.ts';

/** What keeps this host's units running. */
export const openSupervisor = ({ layout, now }: { layout: Layout; now: () => number }): Supervisor & Disposable =>
  new ProcessSupervisor({ directory: `${layout.state}/supervisor`, now });
