import { type Labels, labelsOf } from '../promql/labels.ts';
import { type Selector, seconds } from '../promql/nodes.ts';
import type { Rule, RuleFile } from '../promql/rules.ts';
import type { Rendered } from '../render.ts';
import { child, items, type MapTree, type Tree, textOf } from '../tree.ts';

/** One scrape job, as Prometheus will read it. */
export interface JobView {
  readonly name: string;
  readonly tree: MapTree;
  /** Seconds. */
  readonly interval: number;
}

/** What lints and checks look at of one Prometheus. */
export interface PrometheusView {
  readonly config: Tree;
  readonly jobs: readonly JobView[];
  readonly rules: readonly Rule[];
  /** What recording rules leave, by name. */
  readonly records: ReadonlyMap<string, Labels>;
}

/** Prometheus's own. */
const DEFAULT_INTERVAL = 60;

export function viewPrometheus({ config }: Pick<Rendered, 'config'>, files: readonly RuleFile[]): PrometheusView {
  const written = seconds(textOf(child(child(config, 'global'), 'scrape_interval')) ?? '');
  const jobs = items(child(config, 'scrape_configs')).flatMap((tree): JobView[] => {
    if (tree.kind !== 'map') return [];
    const interval = seconds(textOf(child(tree, 'scrape_interval')) ?? '') ?? written ?? DEFAULT_INTERVAL;
    return [{ name: textOf(child(tree, 'job_name')) ?? '', tree, interval }];
  });
  const rules = files.flatMap((file) => file.rules);
  return { config, jobs, rules, records: recordsOf(rules) };
}

/** In as many rounds as rules build on each other, and no more than a few: a cycle is told elsewhere. */
function recordsOf(rules: readonly Rule[]): Map<string, Labels> {
  const recording = rules.filter(({ kind }) => kind === 'record');
  let records = new Map<string, Labels>();
  for (let round = 0; round < 4; round++) records = recordRound(recording, records);
  return records;
}

function recordRound(recording: readonly Rule[], before: ReadonlyMap<string, Labels>): Map<string, Labels> {
  const records = new Map<string, Labels>();
  for (const rule of recording) {
    const labels = child(rule.tree, 'labels');
    const own = labels?.kind === 'map' ? labels.entries.map(({ key }) => key) : [];
    const left = labelsOf(rule.promql, before);
    const all = left && new Set([...left, ...own]);
    const other = records.get(rule.name);
    // Written by several rules it has what any of them leaves.
    records.set(rule.name, records.has(rule.name) ? other && all && new Set([...other, ...all]) : all);
  }
  return records;
}

/** The jobs that a selector can only be of: all, unless it names some. */
export function jobsOf({ jobs }: PrometheusView, { matchers }: Selector): readonly JobView[] {
  const named = matchers.find(({ label, op }) => label === 'job' && op === '=')?.value;
  return named === undefined ? jobs : jobs.filter(({ name }) => name === named);
}
