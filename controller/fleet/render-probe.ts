import type { Finding } from '../../proto/fault.ts';
import { PROBE_JOB_KEYS } from './kinds/probe.ts';
import { finding } from './place.ts';
import type { PlacedUnit } from './place-units.ts';
import { addressFrom } from './reach.ts';
import { type Entry, forbiddenIn, type Job, jobOver, mergeNative, ownTls, withTls } from './render-jobs.ts';
import { ofKind, placeIn, type Resource, treeIn } from './resource.ts';
import { asInstance, type Instance, schemeOf, speaksTls as servesTls, servingOf } from './serving.ts';
import type { Target } from './target-file.ts';
import { child, items, list, type MapTree, map, text, textOf, withKey } from './tree.ts';

/** A `probe:` entry: every target by one blackbox exporter, and named by what is probed rather than by what probes. */
export function renderProbe(entry: Entry): Job | undefined {
  const { fleet, place, units, ship } = entry;
  const name = textOf(child(entry.tree, 'probe'));
  const probe = ofKind(fleet, 'Probe').find((one) => one.name === name);
  if (!probe) return undefined;
  const through = chooseExporter(
    entry,
    units.filter(({ resource }) => isThrough(resource, probe)),
  );
  const native = ship(mergeNative(nativeKeysOf(probe), entry.tree));
  const targets = probe.settings.targets.map((address): Target => ({ address, labels: probe.settings.labels ?? {} }));
  const withProbing = (tree: MapTree): MapTree => {
    const params = child(tree, 'params') ?? map({}, place);
    const module = list([text(probe.settings.module, placeIn(probe, 'module'))], placeIn(probe, 'module'));
    const relabelling = [
      map(
        { source_labels: list([text('__address__', place)], place), target_label: text('__param_target', place) },
        place,
      ),
      map(
        { source_labels: list([text('__param_target', place)], place), target_label: text('instance', place) },
        place,
      ),
      map({ target_label: text('__address__', place), replacement: text(through.address, place) }, place),
      ...(through.isSecure
        ? [map({ target_label: text('__scheme__', place), replacement: text('https', place) }, place)]
        : []),
    ];
    const all = list([...relabelling, ...items(child(tree, 'relabel_configs'))], place);
    const asked = withKey(tree, 'metrics_path', text(`${through.prefix}/probe`, place));
    const moduled = params.kind === 'map' ? withKey(asked, 'params', withKey(params, 'module', module)) : asked;
    return withKey(moduled, 'relabel_configs', all);
  };
  const withAll = (tree: MapTree): MapTree => withTls(withProbing(tree), through.speaksTls, place);
  const job = jobOver(native, probe.name, withAll, place, targets);
  return {
    ...job,
    targets: through.address === NOBODY ? 0 : job.targets,
    speaksTls: through.speaksTls,
    findings: [...(through.speaksTls ? ownTls(native) : []), ...forbiddenIn(entry)],
    notes: through.notes,
  };
}

const isThrough = (resource: Resource, probe: Resource<'Probe'>): boolean =>
  resource.kind === 'Exporter' && resource.name === probe.settings.through;

function nativeKeysOf(probe: Resource<'Probe'>): MapTree {
  return map(Object.fromEntries(PROBE_JOB_KEYS.map((key) => [key, treeIn(probe, key)])), probe.tree.place);
}

/** Where nothing answers: every probe fails, and says so. */
const NOBODY = '127.0.0.1:0';

/** Of the two while it changes how it is reached: the one that stays longer. */
const probedOf = (unit: PlacedUnit): Instance => servingOf(unit).scraped.at(-1) ?? 'main';

interface Through {
  readonly address: string;
  readonly prefix: string;
  readonly speaksTls: boolean;
  readonly isSecure: boolean;
  readonly notes: readonly Finding[];
}

/**
 * One exporter for each replica: the one on its own host, or else of all that it reaches the one with its own number, by the names of
 * their hosts, so that the replicas of a pair probe from different hosts where there are several.
 */
function chooseExporter({ scraper, place }: Entry, exporters: readonly PlacedUnit[]): Through {
  const found = exporters.map((unit) => ({
    unit,
    ...addressFrom(scraper, asInstance(unit, probedOf(unit)), 'probe through', place),
  }));
  const reached = found.flatMap((one) => ('address' in one ? [one] : []));
  const own = reached.find(({ unit }) => unit.host.name === scraper.host.name);
  const one = own ?? reached[(scraper.ordinal ?? 0) % Math.max(1, reached.length)];
  if (one) {
    const { component, settings } = one.unit;
    return {
      address: one.address,
      prefix: component.metricsPath(settings.flags ?? {}).replace(/\/metrics$/, ''),
      speaksTls: servesTls(one.unit),
      isSecure: schemeOf(one.unit, probedOf(one.unit)) === 'https',
      notes: [],
    };
  }
  const unreached = found.flatMap((each) => ('note' in each ? [each.note] : []));
  const none = finding(place, 'nothing is probed: the exporter that it goes through runs on no host');
  const notes = unreached.length > 0 ? unreached : [none];
  return { address: NOBODY, prefix: '', speaksTls: false, isSecure: false, notes };
}
