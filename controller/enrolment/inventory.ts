import { Fault } from '../../proto/fault.ts';
import type { Commit } from '../events/commit.ts';
import type { HostRow } from '../store/hosts.ts';
import type { Stores } from '../store/stores.ts';
import { checkLabels } from './labels.ts';

export interface InventoryDeps {
  readonly stores: Pick<Stores, 'hosts' | 'boots' | 'specs' | 'reports' | 'overrides'>;
  readonly commit: Commit;
  readonly now: () => number;
}

/** `labels` are the operator's, whole; those of the join token stay beneath them. */
export function labelHost(
  { stores, commit, now }: InventoryDeps,
  name: string,
  labels: Readonly<Record<string, string>>,
  actor: string,
): void {
  checkLabels(labels);
  commit((record) => {
    findHost(stores, name);
    stores.hosts.update(name, { labels });
    const shown = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
    const message = `${actor} labelled ${name} ${shown.join(' ') || 'with nothing'}`;
    record({ at: now(), kind: 'HostLabelled', host: name, unit: '', message });
  });
}

/** From now on its key is refused; what runs on it is left alone. The caller ends its session. */
export function removeHost({ stores, commit, now }: InventoryDeps, name: string, actor: string): void {
  commit((record) => {
    findHost(stores, name);
    const at = now();
    stores.hosts.update(name, { removedAt: at });
    stores.boots.remove(name);
    stores.specs.remove(name);
    stores.reports.remove(name);
    for (const { host, unit } of stores.overrides.all()) if (host === name) stores.overrides.remove(host, unit);
    record({ at, kind: 'HostRemoved', host: name, unit: '', message: `${actor} removed ${name}` });
  });
}

function findHost(stores: Pick<Stores, 'hosts'>, name: string): HostRow {
  const row = stores.hosts.find(name);
  if (row) return row;
  throw new Fault('not_found', `cannot find host ${name}`, { hint: '"promfleet hosts" shows those that are enrolled' });
}
