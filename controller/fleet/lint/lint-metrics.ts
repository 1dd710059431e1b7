import { CATALOGUE } from '../../catalogue/catalogue.ts';
import { METRIC_PREFIXES, type MetricSource } from '../../catalogue/metrics.ts';
import type { Prometheus } from '../kinds/prometheus.ts';
import { type Selector, selectorsOf } from '../promql/nodes.ts';
import type { Rule } from '../promql/rules.ts';
import { type Fleet, ofKind, type Resource, treeIn } from '../resource.ts';
import { ENTRY_KEYS, entryKeysIn } from '../scrape-entry.ts';
import { jobOfTargetFile } from '../target-file.ts';
import { child, items, type MapTree, type Tree, textOf } from '../tree.ts';
import { partsOf } from '../unit-parts.ts';
import type { Lint } from './lint.ts';
import type { JobView, PrometheusView } from './view.ts';

/** Undefined: it may have series of any name. */
type Source = MetricSource | undefined;

/**
 * Metrics in rules that nothing can have that this Prometheus scrapes, by the names that only one component gives. Where anything else may
 * come in, nothing is said.
 */
export function lintMetrics(view: PrometheusView, fleet: Fleet, resource: Resource<'Prometheus'>): Lint[] {
  const sources = sourcesOf(view, fleet, resource);
  if (!sources) return [];
  const told = (rule: Rule, selector: Selector): Lint | undefined => {
    const { metric = '' } = selector;
    if (view.records.has(metric)) return undefined;
    const missing = missingFor(metric, sources, fleet, resource);
    return (
      missing && {
        name: 'metric-of-no-target',
        place: rule.exprAt(selector.node.from),
        message: `no series is called \`${metric}\`: ${missing.why}`,
        hint: missing.hint,
        scope: rule.tree,
      }
    );
  };
  // The first of each rule: one missing job is missing for all of them.
  return view.rules.flatMap((rule) => {
    const [first] = selectorsOf(rule.promql).flatMap((selector) => told(rule, selector) ?? []);
    return first ? [first] : [];
  });
}

function missingFor(metric: string, sources: ReadonlySet<Source>, fleet: Fleet, { name }: Resource<'Prometheus'>) {
  if (metric.includes(':')) {
    return {
      why: `no rule of Prometheus ${name} records it, and no program has names with a colon`,
      hint: 'write it as the rule does that records it, or give that rule to this Prometheus, too',
    };
  }
  const owner = METRIC_PREFIXES.find(({ prefix }) => metric.startsWith(prefix));
  if (!owner || owner.from.some((source) => sources.has(source))) return undefined;
  const [source] = owner.from;
  const entry = entryFor(source, fleet, name);
  return {
    why: `${source === 'probe' ? 'probes' : source} would have it, and Prometheus ${name} scrapes none`,
    hint: `write \`- ${entry}\` under its \`scrape_configs:\`, or leave the rule out`,
  };
}

/** What an operator would write for it, of those that the fleet has. */
function entryFor(source: MetricSource, fleet: Fleet, self: string): string {
  if (source === 'prometheus') return `prometheus: ${self}`;
  const kind = KINDS[source];
  if (kind) return `${kind.toLowerCase()}: ${ofKind(fleet, kind)[0]?.name ?? 'NAME'}`;
  return `exporter: ${ofKind(fleet, 'Exporter').find(({ settings }) => settings.component === source)?.name ?? 'NAME'}`;
}

const KINDS: Readonly<Partial<Record<MetricSource, 'Alertmanager' | 'Thanos' | 'Probe'>>> = {
  alertmanager: 'Alertmanager',
  thanos: 'Thanos',
  probe: 'Probe',
};

/** Undefined when series of any name may be there. */
function sourcesOf(
  { config, jobs }: PrometheusView,
  fleet: Fleet,
  resource: Resource<'Prometheus'>,
): ReadonlySet<Source> | undefined {
  const comesIn = ['remote_read', 'scrape_config_files'].some((key) => child(config, key));
  if (config.kind !== 'map' || comesIn || takesWrites(resource.settings) || jobs.some(renames)) return undefined;
  const entries = items(treeIn(resource, 'scrape_configs')).flatMap((entry) => (entry.kind === 'map' ? [entry] : []));
  const all = [
    ...entries.filter((entry) => entryKeysIn(entry).length > 0).map((entry) => sourceOfEntry(entry, fleet)),
    ...jobs.filter((job) => !isOurs(job)).map(sourceOfNative),
  ];
  return all.includes(undefined) ? undefined : new Set(all);
}

const takesWrites = ({ flags = {} }: Prometheus): boolean =>
  ['web.enable-remote-write-receiver', 'web.enable-otlp-receiver'].some((flag) => flag in flags) ||
  String(flags['enable-feature'] ?? '').includes('receiver');

/** A metric may be given another name, or a job be led to another place. */
const renames = ({ tree }: JobView): boolean =>
  items(child(tree, 'metric_relabel_configs')).some(
    (rule) => textOf(child(rule, 'target_label'))?.includes('__name__') || textOf(child(rule, 'action')) === 'labelmap',
  );

const isOurs = ({ tree }: JobView): boolean =>
  items(child(tree, 'file_sd_configs')).some((one) =>
    items(child(one, 'files')).some((path) => jobOfTargetFile(textOf(path) ?? '') !== undefined),
  );

function sourceOfEntry(entry: MapTree, fleet: Fleet): Source {
  const [key] = entryKeysIn(entry);
  if (key === undefined || key === 'federate') return undefined;
  if (key !== 'exporter') return key;
  const scraped = ofKind(fleet, ENTRY_KEYS[key]).find(({ name }) => name === textOf(child(entry, key)));
  return scraped && sourceCalled(partsOf(scraped)[0]?.component.name ?? '');
}

/** A Pushgateway has whatever was pushed. */
const sourceCalled = (component: string): Source =>
  component === 'node_exporter' || component === 'blackbox_exporter' ? component : undefined;

/** By the ports that only programs of the catalogue have. */
function sourceOfNative({ tree }: JobView): Source {
  const isPlain = tree.entries.every(({ key }) => PLAIN_KEYS.has(key));
  const targets = items(child(tree, 'static_configs')).flatMap((group) => [...items(child(group, 'targets'))]);
  const [first, ...more] = new Set(targets.map(sourceOfTarget));
  return isPlain && more.length === 0 ? first : undefined;
}

const PLAIN_KEYS = new Set(['job_name', 'static_configs', 'scrape_interval', 'scrape_timeout', 'scheme', 'tls_config']);

function sourceOfTarget(target: Tree): Source {
  const port = /:(\d+)$/.exec(textOf(target) ?? '')?.[1];
  const { name = '', kind } = [...CATALOGUE.values()].find((one) => String(one.port) === port) ?? {};
  if (kind === 'Thanos') return 'thanos';
  return name === 'prometheus' || name === 'alertmanager' ? name : sourceCalled(name);
}
