import type { Finding } from '../../proto/fault.ts';
import { didYouMean } from '../../proto/nearest.ts';
import type { UnitKeys } from './kinds/unit.ts';
import { finding } from './place.ts';
import type { PlacedUnit } from './place-units.ts';
import { keyPlaceIn, placeIn, type Resource, treeIn } from './resource.ts';
import { items, textOf } from './tree.ts';

/** What is right as it is written, and still will not do what its author may think. */
export function noteUnits(units: readonly PlacedUnit[]): Finding[] {
  const byResource = Map.groupBy(units, ({ resource }) => resource);
  return [...byResource].flatMap(([resource, own]) => [...noteMemory(resource, own), ...noteLabels(resource, own)]);
}

function noteMemory(resource: Resource, units: readonly PlacedUnit[]): Finding[] {
  const memory = (resource.settings as UnitKeys).limits?.memory;
  if (memory === undefined) return [];
  const place = keyPlaceIn(resource, 'limits', 'memory');
  return units
    .filter(({ host }) => host.facts.supervisor === 'process')
    .map(({ host }) =>
      finding(place, `the memory limit of ${memory} on host ${host.name} is not enforced: no systemd there`),
    );
}

function noteLabels(resource: Resource, units: readonly PlacedUnit[]): Finding[] {
  const known = new Set(units.flatMap(({ host }) => Object.keys(host.labels)));
  return items(treeIn(resource, 'target', 'host_labels')).flatMap((item, index) => {
    const label = textOf(item) ?? '';
    if (known.has(label)) return [];
    const place = placeIn(resource, 'target', 'host_labels', index);
    return [finding(place, `no host that runs it has the label \`${label}\``, didYouMean(label, known))];
  });
}
