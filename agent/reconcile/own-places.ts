import { statSync } from 'node:fs';
import { Fault } from '../../proto/fault.ts';
import type { UnitSpec } from '../../proto/spec.ts';
import { requireOwnConfig } from '../install/config-set.ts';
import { placesOf } from '../install/layout.ts';
import type { Host } from './host.ts';

/**
 * Before the first thing is fetched or made for a unit: none of its name, its user and its directories is someone else's on this host.
 * @throws Fault `conflict` or `denied` naming whose it is
 */
export async function requireOwnPlaces(host: Host, unit: UnitSpec): Promise<void> {
  const { etc, var: data } = placesOf(host.layout, unit);
  const owner = await host.supervisor.lookUp(unit.name, unit.user);
  requireOwnConfig(etc);
  const isOurs = host.records.get(unit.name).launch !== undefined;
  if (owner === undefined || isOurs) return;
  const found = statSync(data, { throwIfNoEntry: false });
  if (!found || (owner !== 'none' && found.uid === owner.uid)) return;
  // Not even an empty one: what others trust may be looked for there.
  throw new Fault('conflict', `cannot start ${unit.name}: ${data} is there already, and belongs to another user`, {
    hint:
      owner === 'none'
        ? 'move it away, or name the unit otherwise'
        : `if it is this unit’s own, give it to its user (chown -R ${unit.user} ${data}); else move it away`,
  });
}
