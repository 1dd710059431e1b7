import type { Finding } from '../../proto/fault.ts';
import type { SecretReference } from '../../proto/secrets.ts';
import type { SpecFile } from '../../proto/spec.ts';
import { PROMETHEUS_CONFIG } from '../catalogue/prometheus.ts';
import { nativeConfig, withFiles } from './native-config.ts';
import { finding, type Place, showPlace } from './place.ts';
import type { PlacedUnit } from './place-units.ts';
import { type ExternalLabel, withAlertmanagers } from './render-alertmanagers.ts';
import { renderEntry } from './render-entry.ts';
import type { Job } from './render-jobs.ts';
import { type RuleTests, ruleTests } from './render-tests.ts';
import { type Fleet, ofKind, placeIn, type Resource, treeIn } from './resource.ts';
import { ShippedFiles } from './shipped-files.ts';
import { checkSlo } from './slo/check-slos.ts';
import { renderSlo, sloFilePath } from './slo/render-slo.ts';
import { child, items, list, type MapTree, map, type Tree, text, textOf, withKey } from './tree.ts';

export interface Rendered {
  /** The file that `config` was written to. */
  readonly main: string;
  readonly files: readonly SpecFile[];
  /** What they name. */
  readonly secrets: readonly SecretReference[];
  /** What the main file was written from. */
  readonly config: Tree;
  /** Lines of the main file → where they came from. */
  readonly places: ReadonlyMap<number, Place>;
  /** Files as on the host → as operators find them. */
  readonly origins: ReadonlyMap<string, string>;
  /** It will certainly scrape something: stored samples prove that it works. */
  readonly scrapes: boolean;
  /** What it scrapes, or sends alerts to, speaks TLS. */
  readonly scrapesTls?: boolean;
  /** That its configuration needs, beside what its component has. */
  readonly capabilities: readonly string[];
  /** What its rules are tested with before they are handed out. */
  readonly tests: RuleTests;
  readonly findings: readonly Finding[];
  readonly notes: readonly Finding[];
}

/** The native files of one Prometheus, to the byte the same for the same fleet. */
export function renderPrometheus(fleet: Fleet, unit: PlacedUnit<'Prometheus'>, units: readonly PlacedUnit[]): Rendered {
  const { resource } = unit;
  const shipped = new ShippedFiles(fleet, resource.folder);
  const findings: Finding[] = [];
  let config = nativeConfig(fleet, unit, PROMETHEUS_CONFIG, shipped);
  config = withExternalLabels(config, labelSources(fleet, unit), findings);
  config = withRules(config, resource, shipped);
  config = withSlos(fleet, config, resource, shipped);
  const tests = ruleTests(fleet, resource, shipped);
  const alerting = withAlertmanagers(config, fleet, unit, units, replicaLabel(unit));
  config = alerting.config;
  const ship = (tree: MapTree): MapTree => withFiles(tree, '.', unit, shipped, OWN_JOB);
  const jobs = items(treeIn(resource, 'scrape_configs')).map((tree, index) =>
    tree.kind === 'map' ? renderEntry(fleet, unit, index, tree, units, ship) : undefined,
  );
  const ours = jobs.filter((job): job is Job => job !== undefined && 'targets' in job);
  for (const job of ours) shipped.add(job.file.path, job.file.content, true);
  const own = jobs.flatMap((job) => (job ? ['targets' in job ? job.tree : job] : []));
  const scrapes = [...items(child(config, 'scrape_configs')), ...own];
  findings.push(...sameJobs(scrapes));
  if (scrapes.length > 0) config = withKey(config, 'scrape_configs', list(scrapes, resource.tree.place));
  const { places } = shipped.addYaml(PROMETHEUS_CONFIG.file, config);
  return {
    main: PROMETHEUS_CONFIG.file,
    files: shipped.all,
    secrets: shipped.secrets,
    config,
    places,
    origins: shipped.origins,
    scrapes: ours.some((job) => job.targets > 0) || scrapes.some(hasStaticTarget),
    scrapesTls: alerting.speaksTls || ours.some((job) => job.speaksTls === true),
    capabilities: [],
    tests,
    findings: [...shipped.findings, ...findings, ...ours.flatMap((job) => job.findings)],
    notes: [...alerting.notes, ...ours.flatMap((job) => job.notes)],
  };
}

/** Inside a scrape config: which keys name files depends on where they stand. */
const OWN_JOB = ['scrape_configs', 0];

const hasStaticTarget = (job: Tree): boolean =>
  items(child(job, 'static_configs')).some((group) => items(child(group, 'targets')).length > 0);

function sameJobs(scrapes: readonly Tree[]): Finding[] {
  const first = new Map<string, Place>();
  return scrapes.flatMap((scrape) => {
    const name = child(scrape, 'job_name');
    const job = textOf(name);
    if (!name || job === undefined) return [];
    const other = first.get(job);
    if (!other) {
      first.set(job, name.place);
      return [];
    }
    return [
      finding(name.place, `the job \`${job}\` is written twice; the other is at ${showPlace(other)}`, 'rename one'),
    ];
  });
}

function withRules(config: MapTree, resource: Resource<'Prometheus'>, shipped: ShippedFiles): MapTree {
  const own = (resource.settings.rules ?? []).flatMap((pattern, index) => {
    const place = placeIn(resource, 'rules', index);
    return shipped.find(pattern, '.', place).map((path) => text(shipped.ship(path, 'rules', false, place), place));
  });
  const all = [...items(child(config, 'rule_files')), ...own];
  const once = all.filter((rule, index) => all.findIndex((other) => textOf(other) === textOf(rule)) === index);
  return once.length > 0 ? withKey(config, 'rule_files', list(once, resource.tree.place)) : config;
}

/** Of the objectives of this Prometheus, those that can become rules. */
function withSlos(fleet: Fleet, config: MapTree, { name }: Resource<'Prometheus'>, shipped: ShippedFiles): MapTree {
  const own = ofKind(fleet, 'SLO').filter(
    (slo) => slo.settings.prometheus === name && checkSlo(fleet, slo).length === 0,
  );
  if (own.length === 0) return config;
  for (const slo of own) shipped.add(sloFilePath(slo.name), renderSlo(slo), false);
  const files = own.map((slo) => text(sloFilePath(slo.name), placeIn(slo, 'name')));
  return withKey(config, 'rule_files', list([...items(child(config, 'rule_files')), ...files], config.place));
}

function labelSources(fleet: Fleet, unit: PlacedUnit<'Prometheus'>): ExternalLabel[] {
  const { resource } = unit;
  const settings = ofKind(fleet, 'Fleet')[0];
  const written = [settings && treeIn(settings, 'external_labels'), treeIn(resource, 'external_labels')];
  const labels = written.flatMap((tree) =>
    tree?.kind === 'map' ? tree.entries.map((entry) => ({ name: entry.key, value: entry.value })) : [],
  );
  const replica = replicaLabel(unit);
  return replica ? [...labels, replica] : labels;
}

/** What tells the replicas apart, if there is anything to tell apart. */
function replicaLabel({ resource, ordinal }: PlacedUnit<'Prometheus'>): ExternalLabel | undefined {
  const { replicas = 1, replica_label: label } = resource.settings;
  if (replicas === 1 && label === undefined) return undefined;
  const place = placeIn(resource, label === undefined ? 'replicas' : 'replica_label');
  return { name: label ?? 'replica', value: { ...text(String(ordinal ?? 0), place), quoted: true } };
}

/** A union: the same label may be written in several places, with one value. */
function withExternalLabels(config: MapTree, sources: readonly ExternalLabel[], findings: Finding[]): MapTree {
  if (sources.length === 0) return config;
  const global = child(config, 'global') ?? map({}, config.place);
  const external = child(global, 'external_labels') ?? map({}, config.place);
  if (global.kind !== 'map' || external.kind !== 'map') return config;
  let merged = external;
  for (const { name, value } of sources) {
    const other = child(merged, name);
    if (!other) merged = withKey(merged, name, value);
    else if (textOf(other) !== textOf(value)) {
      const [one, two] = [textOf(value), textOf(other)];
      const message = `the external label \`${name}\` is "${one}" here and "${two}" at ${showPlace(other.place)}`;
      findings.push(finding(value.place, message, 'write it in one place'));
    }
  }
  return withKey(config, 'global', withKey(global, 'external_labels', merged));
}
