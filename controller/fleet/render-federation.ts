import type { PlacedUnit } from './place-units.ts';
import { addressFrom } from './reach.ts';
import {
  type Entry,
  forbiddenIn,
  type Job,
  jobOver,
  mergeNative,
  ownTls,
  schemeLabel,
  withTls,
} from './render-jobs.ts';
import { placeIn } from './resource.ts';
import { speaksTls as servesTls } from './serving.ts';
import type { Target } from './target-file.ts';
import { child, list, type MapTree, map, plain, text, withKey } from './tree.ts';

/**
 * A `federate:` entry: from every replica of the Prometheis that it names, with their labels kept; the replicas of a pair stay apart by
 * their replica label.
 */
export function renderFederation(entry: Entry): Job | undefined {
  const { scraper, index, place, units, ship } = entry;
  const { from = [], match = [] } = scraper.resource.settings.scrape_configs?.[index]?.federate ?? {};
  const sources = units.filter(({ resource }) => resource.kind === 'Prometheus' && from.includes(resource.name));
  const speaksTls = sources.some(servesTls);
  const found = sources.map((unit) => ({ unit, ...addressFrom(scraper, unit, 'federate from', place) }));
  const targets = found.flatMap((one) => ('address' in one ? [toTarget(one.unit, one.address)] : []));
  const selectors = match.map((one, at) => {
    const where = placeIn(scraper.resource, 'scrape_configs', index, 'federate', 'match', at);
    return text(one, where);
  });
  const withFederation = (tree: MapTree): MapTree => {
    const honored = child(tree, 'honor_labels') ? tree : withKey(tree, 'honor_labels', plain('true', place));
    const asked = withKey(honored, 'metrics_path', text('/federate', place));
    const params = child(tree, 'params') ?? map({}, place);
    return params.kind === 'map' ? withKey(asked, 'params', withKey(params, 'match[]', list(selectors, place))) : asked;
  };
  return {
    ...jobOver(
      ship(mergeNative(undefined, entry.tree)),
      'federate',
      (tree) => withTls(withFederation(tree), speaksTls, place),
      place,
      targets,
    ),
    speaksTls,
    findings: [...(speaksTls ? ownTls(entry.tree) : []), ...forbiddenIn(entry)],
    notes: found.flatMap((one) => ('note' in one ? [one.note] : [])),
  };
}

function toTarget(unit: PlacedUnit, address: string): Target {
  const { host, port, component, settings } = unit;
  const prefix = component.metricsPath(settings.flags ?? {}).replace(/\/metrics$/, '');
  const path = prefix === '' ? {} : { __metrics_path__: `${prefix}/federate` };
  return { address, labels: { instance: `${host.name}:${port}`, ...path, ...schemeLabel(unit) } };
}
