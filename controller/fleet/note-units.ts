import type { Finding } from '../../proto/fault.ts';
import { didYouMean } from '../../proto/nearest.ts';
import { finding } from './place.ts';
import type { PlacedUnit } from './place-units.ts';
import { placeIn, type Resource, treeIn } from './resource.ts';
import { items, textOf } from './tree.ts';
import { keyPlaceOf } from './unit-parts.ts';

/** What is right as it is written, and still will not do what its author may think. */
export function noteUnits(units: readonly PlacedUnit[]): Finding[] {
  const byResource = Map.groupBy(units, ({ resource }) => resource);
  return [...units.flatMap(noteMemory), ...[...byResource].flatMap(([resource, own]) => noteLabels(resource, own))];
}

function noteMemory(unit: PlacedUnit): Finding[] {
  const { host, settings } = unit;
  const memory = settings.limits?.memory;
  if (memory === undefined || host.facts.supervisor !== 'process') return [];
  const message = `the memory limit of ${memory} on host ${host.name} is not enforced: no systemd there`;
  return [finding(keyPlaceOf(unit, 'limits', 'memory'), message)];
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
