import type { Finding } from '../../proto/fault.ts';
import type { InventoryHost } from './inventory.ts';
import type { Exporter } from './kinds/exporter.ts';
import { finding, type Place } from './place.ts';
import type { PlacedUnit } from './place-units.ts';
import { addressFrom } from './reach.ts';
import { type Fleet, keyPlaceIn, ofKind, placeIn, type Resource, treeIn } from './resource.ts';
import { ENTRY_KEYS, type EntryKey } from './scrape-entry.ts';
import { type Target, targetFilePath, writeTargets } from './target-file.ts';
import { child, list, type MapTree, map, plain, type Tree, text, textOf, withKey } from './tree.ts';
import { partsOf, type UnitKind } from './unit-parts.ts';

/** A job whose targets promfleet keeps true. */
export interface Job {
  readonly tree: MapTree;
  readonly file: { readonly path: string; readonly content: Uint8Array };
  readonly targets: number;
  readonly findings: readonly Finding[];
  readonly notes: readonly Finding[];
}

/** An entry of `scrape_configs` on its way to a native job. */
export interface Entry {
  readonly fleet: Fleet;
  readonly scraper: PlacedUnit<'Prometheus'>;
  readonly index: number;
  readonly tree: MapTree;
  readonly key: EntryKey;
  /** Of what the key says. */
  readonly place: Place;
  readonly units: readonly PlacedUnit[];
  /** Takes along the files that a native job names. */
  readonly ship: (tree: MapTree) => MapTree;
}

const OURS = [...Object.keys(ENTRY_KEYS), 'labels', 'host_labels'];

/** An `exporter:`, `prometheus:` or `alertmanager:` entry as a native job. Undefined when what it names can't be read. */
export function renderUnitsJob(entry: Entry): Job | undefined {
  const { fleet, scraper, key, place, units, ship } = entry;
  const name = textOf(child(entry.tree, key));
  const scraped = ofKind<UnitKind>(fleet, ENTRY_KEYS[key] as UnitKind).find((one) => one.name === name);
  if (!scraped) return undefined;
  const native = ship(mergeNative(treeIn(scraped, 'target'), entry.tree));
  const found = units.filter((unit) => unit.resource === scraped).map((unit) => reach(unit, scraper, place));
  return {
    ...jobOver(
      native,
      scraped.name,
      (tree) => withDefaults(tree, scraped),
      place,
      found.flatMap((one) => one.target ?? []),
    ),
    findings: [...forbidden(scraped, ['target']), ...forbiddenIn(entry)],
    notes: found.flatMap((one) => one.note ?? []),
  };
}

/** A native job whose targets lie in a file that is kept true. */
export function jobOver(
  native: MapTree,
  name: string,
  withDefaults: (tree: MapTree) => MapTree,
  place: Place,
  targets: readonly Target[],
): Pick<Job, 'tree' | 'file' | 'targets'> {
  const job = textOf(child(native, 'job_name')) ?? name;
  const path = targetFilePath(job);
  const sd = list([map({ files: list([text(path, place)], place) }, place)], place);
  const named = map({ job_name: text(job, place) }, place);
  const tree = { ...native, entries: [...named.entries, ...withKey(native, 'job_name', undefined).entries] };
  return {
    tree: withKey(withDefaults(tree), 'file_sd_configs', sd),
    file: { path, content: writeTargets(targets) },
    targets: targets.length,
  };
}

export const forbiddenIn = ({ scraper, index }: Entry): Finding[] =>
  forbidden(scraper.resource, ['scrape_configs', index]);

/** The keys of a scrape config that what is scraped asks for; the entry that scrapes it wins. */
export function mergeNative(target: Tree | undefined, entry: MapTree): MapTree {
  let merged: MapTree = { kind: 'map', place: entry.place, entries: target?.kind === 'map' ? target.entries : [] };
  for (const { key, value, keyPlace } of entry.entries) merged = withKey(merged, key, value, keyPlace);
  return { ...merged, entries: merged.entries.filter(({ key }) => !OURS.includes(key)) };
}

/** What a component needs of whoever scrapes it, unless the operator writes otherwise. */
function withDefaults(tree: MapTree, scraped: Resource<UnitKind>): MapTree {
  const component = partsOf(scraped)[0]?.component;
  const path = component?.metricsPath(partsOf(scraped)[0]?.settings.flags ?? {}) ?? '/metrics';
  const honors = component?.honorsLabels && !child(tree, 'honor_labels');
  const honored = honors ? withKey(tree, 'honor_labels', plain('true', placeIn(scraped, 'component'))) : tree;
  if (path === '/metrics' || child(tree, 'metrics_path')) return honored;
  return withKey(honored, 'metrics_path', text(path, placeIn(scraped, 'flags')));
}

/** Targets are the hosts that run it: no others can be mixed in. */
function forbidden(resource: Resource, path: readonly (string | number)[]): Finding[] {
  const tree = treeIn(resource, ...path);
  const keys = tree?.kind === 'map' ? tree.entries.map((entry) => entry.key) : [];
  return keys
    .filter((key) => key === 'static_configs' || key.endsWith('_sd_configs'))
    .map((key) =>
      finding(
        keyPlaceIn(resource, ...path, key),
        `\`${key}\` can't stand here: the targets are the hosts that run it`,
        'write a native scrape config with a `job_name` for other targets',
      ),
    );
}

function reach(unit: PlacedUnit, scraper: PlacedUnit<'Prometheus'>, place: Place): { target?: Target; note?: Finding } {
  const found = addressFrom(scraper, unit, 'scrape', place);
  return 'note' in found ? found : { target: { address: found.address, labels: labelsOf(unit) } };
}

/** The labels of a unit as a target. */
export function labelsOf(unit: PlacedUnit): Record<string, string> {
  const { resource, host, port } = unit;
  const { target } = resource.settings as Pick<Exporter, 'target'>;
  const own = { ...replicaLabel(unit), ...hostLabels(host, target?.host_labels), ...target?.labels };
  return { instance: `${host.name}:${port}`, ...own };
}

/** Of a Prometheus it is an external label. */
function replicaLabel({ resource, settings, ordinal }: PlacedUnit): Record<string, string> {
  const { replica_label: label } = settings as { readonly replica_label?: string };
  return label === undefined || ordinal === undefined || resource.kind === 'Prometheus'
    ? {}
    : { [label]: String(ordinal) };
}

const hostLabels = (host: InventoryHost, names: readonly string[] = []): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (host.labels[name] === undefined ? [] : [[name, host.labels[name]]])));
