import type { Finding } from '../../proto/fault.ts';
import type { InventoryHost } from './inventory.ts';
import type { Exporter } from './kinds/exporter.ts';
import { finding, type Place } from './place.ts';
import type { PlacedUnit } from './place-units.ts';
import { addressFrom } from './reach.ts';
import { tlsConfig } from './render-tls.ts';
import { type Fleet, keyPlaceIn, ofKind, placeIn, type Resource, treeIn } from './resource.ts';
import { ENTRY_KEYS, type EntryKey } from './scrape-entry.ts';
import {
  asInstance,
  type Instance,
  isTls,
  schemeOf,
  speaksTls as servesTls,
  servingOf,
  wantedSecurity,
} from './serving.ts';
import { type Target, targetFilePath, writeTargets } from './target-file.ts';
import { child, list, type MapTree, map, plain, type Tree, text, textOf, withKey } from './tree.ts';
import { partsOf, type UnitKind } from './unit-parts.ts';

/** A job whose targets promfleet keeps true. */
export interface Job {
  readonly tree: MapTree;
  readonly file: { readonly path: string; readonly content: Uint8Array };
  readonly targets: number;
  /** Some of them speak TLS, or are about to. */
  readonly speaksTls?: boolean;
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
  const own = units.filter((unit) => unit.resource === scraped);
  const speaksTls = own.some((unit) => servesTls(unit));
  const isProtected = speaksTls || partsOf(scraped).some((part) => isTls(wantedSecurity(fleet, part)));
  const found = own.flatMap((unit) => servingOf(unit).scraped.map((instance) => reach(unit, instance, scraper, place)));
  return {
    ...jobOver(
      native,
      scraped.name,
      (tree) => withTls(withDefaults(tree, scraped), speaksTls, place),
      place,
      found.flatMap((one) => one.target ?? []),
    ),
    speaksTls,
    findings: [
      ...(isProtected ? [...ownTls(treeIn(scraped, 'target')), ...ownTls(entry.tree)] : []),
      ...forbidden(scraped, ['target']),
      ...forbiddenIn(entry),
    ],
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

/** The scheme is each target's own. */
export const withTls = (tree: MapTree, speaksTls: boolean, place: Place): MapTree =>
  speaksTls ? withKey(tree, 'tls_config', tlsConfig(place)) : tree;

/** How it speaks to what speaks TLS is not for a job to say. */
export function ownTls(tree: Tree | undefined): Finding[] {
  return (tree?.kind === 'map' ? tree.entries : [])
    .filter(({ key }) => key === 'tls_config' || key === 'scheme')
    .map(({ key, keyPlace }) =>
      finding(
        keyPlace,
        `\`${key}\` can't stand here: what is scraped has \`endpoint_security\`, and its certificates are promfleet's`,
        'leave it out; or write `endpoint_security: none` where that is, and see to TLS yourself',
      ),
    );
}

function reach(
  unit: PlacedUnit,
  instance: Instance,
  scraper: PlacedUnit<'Prometheus'>,
  place: Place,
): { target?: Target; note?: Finding } {
  const found = addressFrom(scraper, asInstance(unit, instance), 'scrape', place);
  if ('note' in found) return found;
  return { target: { address: found.address, labels: { ...labelsOf(unit), ...schemeLabel(unit, instance) } } };
}

export const schemeLabel = (unit: PlacedUnit, instance: Instance = 'main'): Record<string, string> =>
  schemeOf(unit, instance) === 'https' ? { __scheme__: 'https' } : {};

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
