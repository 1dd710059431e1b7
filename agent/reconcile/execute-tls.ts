import { claimConfigDirectory } from '../install/config-set.ts';
import { placesOf } from '../install/layout.ts';
import { ownerOf } from '../install/owner.ts';
import { keepTlsFiles } from '../tls/unit-files.ts';
import type { Host } from './host.ts';
import { requireOwnPlaces } from './own-places.ts';
import type { StepOf } from './step.ts';

/** Nothing that runs is told: programs read these files anew, for each connection. */
export async function certify(host: Host, { wanted: { unit } }: StepOf<'certify'>): Promise<void> {
  const { tls } = unit;
  if (!tls) return;
  const { etc } = placesOf(host.layout, unit);
  await requireOwnPlaces(host, unit);
  const owner = ownerOf(await host.supervisor.identity(unit.user));
  await claimConfigDirectory(etc, owner);
  await keepTlsFiles(etc, { name: unit.name, tls }, host.tls, owner, host.now());
  host.log.info({ unit: unit.name }, 'its certificates are as they should be');
}
