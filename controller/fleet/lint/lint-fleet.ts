import type { Finding } from '../../../proto/fault.ts';
import { finding } from '../place.ts';
import type { PlacedUnit } from '../place-units.ts';
import { parsePromql, type SyntaxFault, syntaxFault } from '../promql/parse.ts';
import { type RuleFile, type RuleFiles, ruleFilesOf } from '../promql/rules.ts';
import { placesIn } from '../promql/scalar-places.ts';
import { templateFault } from '../promql/templates.ts';
import type { Rendered } from '../render.ts';
import type { Fleet, Resource } from '../resource.ts';
import { child, items, type Leaf, type Tree } from '../tree.ts';
import { lintAlerts, textsOf } from './alert-lints.ts';
import { lintFlags } from './flag-lints.ts';
import { lintJobs } from './job-lints.ts';
import { judge, type Lint, unknownAllowances } from './lint.ts';
import { lintMetrics } from './lint-metrics.ts';
import { lintTargetLabels } from './lint-target-labels.ts';
import { lintTargets } from './lint-targets.ts';
import { lintWatching } from './lint-watching.ts';
import { lintRanges } from './range-lints.ts';
import { lintResults } from './record-lints.ts';
import { type PrometheusView, viewPrometheus } from './view.ts';

export interface FleetLint {
  /** What promtool of the version meant says, too, where it can be asked: then it has the word. */
  readonly syntax: readonly { readonly resource: Resource; readonly finding: Finding }[];
  readonly errors: readonly Finding[];
  readonly notes: readonly Finding[];
}

/** What can be said of expressions, rules, jobs and flags from their text alone. Replicas differ in nothing of it. */
export function lintFleet(
  fleet: Fleet,
  rendered: ReadonlyMap<PlacedUnit, Rendered>,
  units: readonly PlacedUnit[],
): FleetLint {
  const contents = new Map([...fleet.files.values()].map(({ shown, content }) => [shown, content]));
  const contentOf = (file: string): string | undefined => {
    const content = contents.get(file);
    return content && Buffer.from(content).toString('utf8');
  };
  const lints: Lint[] = [];
  const read: RuleFiles = new Map();
  const syntax: { resource: Resource; finding: Finding }[] = [];
  const matches: Finding[] = [];
  const allowances = new Map<string, Finding[]>();
  for (const [, [unit]] of Map.groupBy(units, (one) => one.title)) {
    if (!unit) continue;
    const { resource } = unit;
    const own = rendered.get(unit);
    lints.push(...lintFlags(unit));
    if (!own || resource.kind !== 'Prometheus') continue;
    const files = ruleFilesOf(own, read);
    const view = viewPrometheus(own, files);
    syntax.push(...files.flatMap(faultsOf).map((one) => ({ resource, finding: one })));
    matches.push(...faultsOfMatches(view, contentOf));
    lints.push(
      ...lintResults(view),
      ...lintAlerts(view),
      ...lintRanges(view),
      ...lintJobs(view, resource as Resource<'Prometheus'>),
      ...lintTargets(view, own),
      ...lintTargetLabels(fleet, resource as Resource<'Prometheus'>, own),
      ...lintMetrics(view, fleet, resource as Resource<'Prometheus'>),
    );
    for (const { shown, content } of files) allowances.set(shown, unknownAllowances(shown, content));
  }
  const { errors, notes } = judge(lints, contentOf);
  return {
    syntax,
    errors: [...matches, ...errors],
    notes: [...notes, ...lintWatching(fleet, rendered), ...[...allowances.values()].flat()],
  };
}

function faultsOf({ content, rules }: RuleFile): Finding[] {
  return rules.flatMap((rule) => {
    const fault = syntaxFault(rule.promql);
    const texts = [...textsOf(child(rule.tree, 'annotations')), ...textsOf(child(rule.tree, 'labels'))];
    const templates = texts.flatMap(({ leaf }) => {
      const wrong = rule.kind === 'alert' ? templateFault(leaf.text) : undefined;
      return wrong ? [said(placesIn(content, leaf)(wrong.offset), wrong)] : [];
    });
    return [...(fault ? [said(rule.exprAt(fault.offset), fault)] : []), ...templates];
  });
}

const said = (place: Parameters<typeof finding>[0], { message, hint }: SyntaxFault): Finding =>
  finding(place, message, hint);

/** `match[]` of a federation, which no tool looks into. */
function faultsOfMatches({ jobs }: PrometheusView, contentOf: (file: string) => string | undefined): Finding[] {
  return jobs.flatMap((job) =>
    items(child(child(job.tree, 'params'), 'match[]')).flatMap((tree) => faultOfMatch(tree, contentOf)),
  );
}

/** A selector of series that stands in YAML. */
export function faultOfMatch(tree: Tree, contentOf: (file: string) => string | undefined): Finding[] {
  if (tree.kind !== 'leaf') return [];
  const promql = parsePromql(tree.text);
  const fault = syntaxFault(promql) ?? notOnlySelector(promql.tree.topNode.firstChild?.name);
  return fault ? [said(placeIn(tree, fault.offset, contentOf), fault)] : [];
}

const notOnlySelector = (name: string | undefined): SyntaxFault | undefined =>
  name === 'VectorSelector'
    ? undefined
    : {
        offset: 0,
        message: '`match[]` takes a selector of series and nothing around it',
        hint: 'such as `{__name__=~"job:.*"}`',
      };

function placeIn(leaf: Leaf, offset: number, contentOf: (file: string) => string | undefined) {
  const content = contentOf(leaf.place.file);
  return content === undefined ? leaf.place : placesIn(content, leaf)(offset);
}
