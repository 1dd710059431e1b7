import type { Finding } from '../../proto/fault.ts';
import type { InventoryHost } from './inventory.ts';
import type { Exporter } from './kinds/exporter.ts';
import { finding, type Place } from './place.ts';
import type { PlacedUnit } from './place-units.ts';
import { addressFrom } from './reach.ts';
import { type Fleet, keyPlaceIn, ofKind, placeIn, type Resource, treeIn } from './resource.ts';
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

/** How an entry names what it scrapes. */
export const JOB_KEYS = { exporter: 'Exporter', prometheus: 'Prometheus', alertmanager: 'Alertmanager' } as const;
export type JobKey = keyof typeof JOB_KEYS;

const OURS = [...Object.keys(JOB_KEYS), 'labels', 'host_labels'];

/**
 * One `exporter:`, `prometheus:` or `alertmanager:` entry as a native job; `ship` takes along the files that it names. Undefined when what
 * it names can't be read.
 */
export function renderJob(
  fleet: Fleet,
  scraper: PlacedUnit<'Prometheus'>,
  index: number,
  units: readonly PlacedUnit[],
  ship: (tree: MapTree) => MapTree,
): Job | undefined {
  const resource = scraper.resource;
  const entry = treeIn(resource, 'scrape_configs', index) as MapTree;
  const key = jobKeysIn(entry)[0] ?? 'exporter';
  const name = textOf(child(entry, key));
  const scraped = ofKind<UnitKind>(fleet, JOB_KEYS[key]).find((one) => one.name === name);
  if (!scraped) return undefined;
  const place = placeIn(resource, 'scrape_configs', index, key);
  const native = ship(mergeNative(treeIn(scraped, 'target'), entry));
  const job = textOf(child(native, 'job_name')) ?? scraped.name;
  const found = units.filter((unit) => unit.resource === scraped).map((unit) => reach(unit, scraper, place));
  const path = targetFilePath(job);
  const sd = list([map({ files: list([text(path, place)], place) }, place)], place);
  const named = map({ job_name: text(job, place) }, place);
  const tree = { ...native, entries: [...named.entries, ...withKey(native, 'job_name', undefined).entries] };
  return {
    tree: withKey(withDefaults(tree, scraped), 'file_sd_configs', sd),
    file: { path, content: writeTargets(found.flatMap((one) => one.target ?? [])) },
    targets: found.filter((one) => one.target).length,
    findings: [...forbidden(scraped, ['target']), ...forbidden(resource, ['scrape_configs', index])],
    notes: found.flatMap((one) => one.note ?? []),
  };
}

export const jobKeysIn = (entry: MapTree): JobKey[] =>
  (Object.keys(JOB_KEYS) as JobKey[]).filter((key) => child(entry, key));

/** What the exporter asks for; the entry that scrapes it wins. */
function mergeNative(target: Tree | undefined, entry: MapTree): MapTree {
  let merged: MapTree = { kind: 'map', place: entry.place, entries: target?.kind === 'map' ? target.entries : [] };
  for (const { key, value, keyPlace } of entry.entries) merged = withKey(merged, key, value, keyPlace);
  return { ...merged, entries: merged.entries.filter(({ key }) => !OURS.includes(key)) };
}

/** What a component needs of whoever scrapes it, unless the operator writes otherwise. */
function withDefaults(tree: MapTree, scraped: Resource<UnitKind>): MapTree {
  const component = partsOf(scraped)[0]?.component;
  const path = component?.metricsPath(scraped.settings.flags ?? {}) ?? '/metrics';
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
  if ('note' in found) return found;
  const { target } = unit.resource.settings as Pick<Exporter, 'target'>;
  const labels = {
    instance: `${unit.host.name}:${unit.port}`,
    ...hostLabels(unit.host, target?.host_labels),
    ...target?.labels,
  };
  return { target: { address: found.address, labels } };
}

const hostLabels = (host: InventoryHost, names: readonly string[] = []): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (host.labels[name] === undefined ? [] : [[name, host.labels[name]]])));
