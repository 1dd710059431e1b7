import type { Finding } from '../../proto/fault.ts';
import { CATALOGUE } from '../catalogue/catalogue.ts';
import type { PlacedUnit } from './place-units.ts';
import { addressFrom } from './reach.ts';
import { tlsConfig } from './render-tls.ts';
import { type Fleet, ofKind, placeIn } from './resource.ts';
import { speaksTls as servesTls } from './serving.ts';
import { child, items, list, type MapTree, map, type Tree, text, textOf, withKey } from './tree.ts';

export interface ExternalLabel {
  readonly name: string;
  readonly value: Tree;
}

export interface WithAlertmanagers {
  readonly config: MapTree;
  readonly speaksTls: boolean;
  readonly notes: readonly Finding[];
}

/** The replicas of a pair say of one alert that it is the same: their alerts go without what tells them apart. */
function withoutLabel(alerting: MapTree, { name, value: { place } }: ExternalLabel): MapTree {
  const own = items(child(alerting, 'alert_relabel_configs'));
  const drops = (rule: Tree): boolean =>
    textOf(child(rule, 'action')) === 'labeldrop' && textOf(child(rule, 'regex')) === name;
  if (own.some(drops)) return alerting;
  const drop = map({ regex: text(name, place), action: text('labeldrop', place) }, place);
  return withKey(alerting, 'alert_relabel_configs', list([...own, drop], place));
}

/** The Alertmanagers that a Prometheus names, after those that its native configuration has. */
export function withAlertmanagers(
  config: MapTree,
  fleet: Fleet,
  unit: PlacedUnit<'Prometheus'>,
  units: readonly PlacedUnit[],
  replica: ExternalLabel | undefined,
): WithAlertmanagers {
  const notes: Finding[] = [];
  let speaksTls = false;
  const named = (unit.resource.settings.alertmanagers ?? []).flatMap((name, index): MapTree[] => {
    const place = placeIn(unit.resource, 'alertmanagers', index);
    const resource = ofKind(fleet, 'Alertmanager').find((one) => one.name === name);
    if (!resource) return [];
    const own = units.filter((one) => one.resource === resource);
    const isSecure = own.some(servesTls);
    speaksTls ||= isSecure;
    const targets = own.flatMap((one) => {
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
      map(
        {
          ...(isSecure ? { scheme: text('https', place), tls_config: tlsConfig(place) } : {}),
          path_prefix: path,
          static_configs: list([map({ targets: list(targets, place) }, place)], place),
        },
        place,
      ),
    ];
  });
  const alerting = child(config, 'alerting') ?? map({}, config.place);
  if (alerting.kind !== 'map') return { config, notes, speaksTls };
  const all = list([...items(child(alerting, 'alertmanagers')), ...named], config.place);
  if (all.items.length === 0) return { config, notes, speaksTls };
  const sent = withKey(alerting, 'alertmanagers', all);
  return { config: withKey(config, 'alerting', replica ? withoutLabel(sent, replica) : sent), notes, speaksTls };
}
