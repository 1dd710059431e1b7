import type { Finding } from '../../proto/fault.ts';
import { CATALOGUE } from '../catalogue/catalogue.ts';
import type { PlacedUnit } from './place-units.ts';
import { addressFrom } from './reach.ts';
import { type Fleet, ofKind, placeIn } from './resource.ts';
import { child, items, list, type MapTree, map, text, withKey } from './tree.ts';

export interface WithAlertmanagers {
  readonly config: MapTree;
  readonly notes: readonly Finding[];
}

/** The Alertmanagers that a Prometheus names, after those that its native configuration has. */
export function withAlertmanagers(
  config: MapTree,
  fleet: Fleet,
  unit: PlacedUnit<'Prometheus'>,
  units: readonly PlacedUnit[],
): WithAlertmanagers {
  const notes: Finding[] = [];
  const named = (unit.resource.settings.alertmanagers ?? []).flatMap((name, index): MapTree[] => {
    const place = placeIn(unit.resource, 'alertmanagers', index);
    const resource = ofKind(fleet, 'Alertmanager').find((one) => one.name === name);
    if (!resource) return [];
    const targets = units
      .filter((one) => one.resource === resource)
      .flatMap((one) => {
        const found = addressFrom(unit, one, 'send alerts to', place);
        if ('note' in found) notes.push(found.note);
        return 'note' in found ? [] : [text(found.address, place)];
      });
    if (targets.length === 0) return [];
    const prefix = CATALOGUE.get('alertmanager')
      ?.metricsPath(resource.settings.flags ?? {})
      .replace(/\/metrics$/, '');
    const path = prefix ? text(prefix, place) : undefined;
    return [
      map({ path_prefix: path, static_configs: list([map({ targets: list(targets, place) }, place)], place) }, place),
    ];
  });
  if (named.length === 0) return { config, notes };
  const alerting = child(config, 'alerting') ?? map({}, config.place);
  if (alerting.kind !== 'map') return { config, notes };
  const all = list([...items(child(alerting, 'alertmanagers')), ...named], config.place);
  return { config: withKey(config, 'alerting', withKey(alerting, 'alertmanagers', all)), notes };
}
