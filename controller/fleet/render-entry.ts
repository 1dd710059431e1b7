import type { PlacedUnit } from './place-units.ts';
import { renderFederation } from './render-federation.ts';
import { type Entry, type Job, renderUnitsJob } from './render-jobs.ts';
import { renderProbe } from './render-probe.ts';
import { type Fleet, placeIn } from './resource.ts';
import { entryKeysIn } from './scrape-entry.ts';
import type { MapTree } from './tree.ts';

/** One entry of `scrape_configs` as a native job: of ours, or, where it names nothing of the fleet, as it was written. */
export function renderEntry(
  fleet: Fleet,
  scraper: PlacedUnit<'Prometheus'>,
  index: number,
  tree: MapTree,
  units: readonly PlacedUnit[],
  ship: (tree: MapTree) => MapTree,
): Job | MapTree | undefined {
  const [key] = entryKeysIn(tree);
  if (key === undefined) return ship(tree);
  const place = placeIn(scraper.resource, 'scrape_configs', index, key);
  const entry: Entry = { fleet, scraper, index, tree, key, place, units, ship };
  if (key === 'probe') return renderProbe(entry);
  return key === 'federate' ? renderFederation(entry) : renderUnitsJob(entry);
}
