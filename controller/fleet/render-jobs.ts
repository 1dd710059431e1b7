import type { Finding } from '../../proto/fault.ts';
import { CATALOGUE } from '../catalogue/catalogue.ts';
import type { InventoryHost } from './inventory.ts';
import type { Exporter } from './kinds/exporter.ts';
import type { UnitKeys } from './kinds/unit.ts';
import { finding } from './place.ts';
import { componentOf, type PlacedUnit, type UnitKind } from './place-units.ts';
import { type Fleet, keyPlaceIn, ofKind, placeIn, type Resource, titleOf, treeIn } from './resource.ts';
import { type Target, targetFilePath, writeTargets } from './target-file.ts';
import { child, list, type MapTree, map, type Tree, text, textOf, withKey } from './tree.ts';

/** A job whose targets promfleet keeps true. */
export interface Job {
  readonly tree: MapTree;
  readonly file: { readonly path: string; readonly content: Uint8Array };
  readonly targets: number;
  readonly findings: readonly Finding[];
  readonly notes: readonly Finding[];
}

const OURS = ['exporter', 'prometheus', 'labels', 'host_labels'];

/**
 * One `exporter:` or `prometheus:` entry as a native job; `ship` takes along the files that it names. Undefined when what
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
  const kind: UnitKind = child(entry, 'exporter') ? 'Exporter' : 'Prometheus';
  const key = kind === 'Exporter' ? 'exporter' : 'prometheus';
  const name = textOf(child(entry, key));
  const scraped = ofKind(fleet, kind).find((one) => one.name === name);
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
    tree: withKey(withMetricsPath(tree, scraped), 'file_sd_configs', sd),
    file: { path, content: writeTargets(found.flatMap((one) => one.target ?? [])) },
    targets: found.filter((one) => one.target).length,
    findings: [...forbidden(scraped, ['target']), ...forbidden(resource, ['scrape_configs', index])],
    notes: found.flatMap((one) => one.note ?? []),
  };
}

/** What the exporter asks for; the entry that scrapes it wins. */
function mergeNative(target: Tree | undefined, entry: MapTree): MapTree {
  let merged: MapTree = { kind: 'map', place: entry.place, entries: target?.kind === 'map' ? target.entries : [] };
  for (const { key, value, keyPlace } of entry.entries) merged = withKey(merged, key, value, keyPlace);
  return { ...merged, entries: merged.entries.filter(({ key }) => !OURS.includes(key)) };
}

function withMetricsPath(tree: MapTree, scraped: Resource<UnitKind>): MapTree {
  const flags = (scraped.settings as UnitKeys).flags ?? {};
  const path = CATALOGUE.get(componentOf(scraped))?.metricsPath(flags) ?? '/metrics';
  if (path === '/metrics' || child(tree, 'metrics_path')) return tree;
  return withKey(tree, 'metrics_path', text(path, placeIn(scraped, 'flags')));
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

function reach(
  unit: PlacedUnit,
  scraper: PlacedUnit<'Prometheus'>,
  place: Parameters<typeof finding>[0],
): { target?: Target; note?: Finding } {
  const settings = unit.resource.settings as UnitKeys & Pick<Exporter, 'target'>;
  const sameHost = unit.host.name === scraper.host.name;
  const title = `${titleOf(scraper.resource)} on host ${scraper.host.name} can't scrape ${titleOf(unit.resource)} on host ${unit.host.name}`;
  if (!sameHost && settings.listen === '127.0.0.1') {
    return { note: finding(place, `${title}: it listens on 127.0.0.1 alone`, 'write `listen: 0.0.0.0`') };
  }
  if (!sameHost && isLoopback(unit.host.address)) {
    const hint = `write the address that others reach it at as \`address:\` in a \`kind: Host\` named ${unit.host.name}`;
    return { note: finding(place, `${title}: its address is ${unit.host.address}`, hint) };
  }
  const address = settings.listen === '127.0.0.1' ? '127.0.0.1' : unit.host.address;
  const labels = {
    instance: `${unit.host.name}:${unit.port}`,
    ...hostLabels(unit.host, settings.target?.host_labels),
    ...settings.target?.labels,
  };
  return { target: { address: `${address.includes(':') ? `[${address}]` : address}:${unit.port}`, labels } };
}

const isLoopback = (address: string): boolean => /^127\.|^::1$|^localhost$/.test(address);

const hostLabels = (host: InventoryHost, names: readonly string[] = []): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (host.labels[name] === undefined ? [] : [[name, host.labels[name]]])));
