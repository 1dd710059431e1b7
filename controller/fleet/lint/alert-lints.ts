import {
  bare,
  calledBy,
  filterOf,
  nodesOf,
  normalised,
  readSelector,
  selectorsOf,
  textAt,
  under,
} from '../promql/nodes.ts';
import type { Rule } from '../promql/rules.ts';
import { child, type Entry, type Leaf, type Tree, textOf } from '../tree.ts';
import type { Lint } from './lint.ts';
import { short, wholeOf } from './record-lints.ts';
import type { PrometheusView } from './view.ts';

/** Alerts that fire too often, twice, or say too little. */
export function lintAlerts(view: PrometheusView): Lint[] {
  const alerts = view.rules.filter(({ kind }) => kind === 'alert');
  return [
    ...sameAlerts(alerts),
    ...alerts.flatMap((rule) => [
      ...idle(rule),
      ...rawValues(rule),
      ...withoutFor(rule),
      ...absences(rule),
      ...disks(rule),
    ]),
  ];
}

/** Both fire for one cause. One that only waits longer and is graver is meant. */
function sameAlerts(alerts: readonly Rule[]): Lint[] {
  const first = new Map<string, Rule>();
  return alerts.flatMap((rule): Lint[] => {
    const key = normalised(rule.promql);
    const other = first.get(key);
    if (!other) first.set(key, rule);
    if (!other || isEscalation(rule, other)) return [];
    return [
      {
        name: 'same-alert',
        place: rule.place,
        message: `\`${rule.name}\` and \`${other.name}\` (${other.place.file}:${other.place.line}) fire for the same: their expressions are alike`,
        hint: 'keep one, or let an inhibit rule of the Alertmanager silence one of them',
        scope: rule.tree,
      },
    ];
  });
}

const labelOf = ({ tree }: Rule, label: string): string | undefined => textOf(child(child(tree, 'labels'), label));
const forOf = ({ tree }: Rule): string | undefined => textOf(child(tree, 'for'));

const isEscalation = (one: Rule, other: Rule): boolean =>
  forOf(one) !== forOf(other) && labelOf(one, 'severity') !== labelOf(other, 'severity');

/** `rate(x) == 0` of a metric with many label sets: each that is idle fires. */
function idle(rule: Rule): Lint[] {
  const { promql, tree, exprAt } = rule;
  return nodesOf(promql, 'BinaryExpr').flatMap((node): Lint[] => {
    const sides = filterOf(promql, node);
    const left = sides && bare(sides.left);
    if (sides?.op !== '==' || !left || textAt(promql, bare(sides.right)) !== '0') return [];
    if (!/^(rate|irate|increase)$/.test(calledBy(promql, left)) || under(left, 'AggregateExpr').length > 0) return [];
    return [
      {
        name: 'idle-series',
        place: exprAt(left.from),
        message: `\`${short(textAt(promql, node), 60)}\` fires for every set of labels that is idle, and for none when the series is gone`,
        hint: `write \`sum by (instance) (${short(textAt(promql, left), 60)}) == 0\`, and \`absent()\` or \`up == 0\` for what is gone`,
        scope: tree,
      },
    ];
  });
}

const RAW = /\{\{-?\s*(?:\$value|\.Value)\s*-?\}\}/;

/** `{{ $value }}` shows all digits that a float has. */
function rawValues(rule: Rule): Lint[] {
  if (isWhole(rule)) return [];
  return textsOf(child(rule.tree, 'annotations')).flatMap(({ key, leaf }): Lint[] => {
    const raw = RAW.exec(leaf.text)?.[0];
    if (raw === undefined) return [];
    return [
      {
        name: 'raw-value',
        place: leaf.place,
        message: `\`${raw}\` in \`${key}\` is shown with every digit that it has, such as 83.33333333333333`,
        hint: 'write `{{ printf "%.1f" $value }}`, `{{ $value | humanize }}` or `{{ $value | humanizePercentage }}`',
        scope: rule.tree,
      },
    ];
  });
}

export function textsOf(tree: Tree | undefined): { key: string; leaf: Leaf }[] {
  const entries: readonly Entry[] = tree?.kind === 'map' ? tree.entries : [];
  return entries.flatMap(({ key, value }) => (value.kind === 'leaf' ? [{ key, leaf: value }] : []));
}

/** What is counted, or compared with one value, has no digits behind the point. */
function isWhole(rule: Rule): boolean {
  const whole = wholeOf(rule);
  const sides = whole && filterOf(rule.promql, whole);
  const left = sides ? bare(sides.left) : whole;
  if (!left || sides?.op === '==') return true;
  return /^(count|absent|absent_over_time|changes|resets|count_over_time)$/.test(calledBy(rule.promql, left));
}

const OVER_TIME = /^(rate|irate|increase|delta|deriv|predict_linear|changes|resets|absent_over_time|\w+_over_time)$/;

/** One scrape that failed, and someone is woken. */
function withoutFor(rule: Rule): Lint[] {
  const { promql, tree, place } = rule;
  if (
    forOf(rule) !== undefined ||
    nodesOf(promql, 'FunctionCall').some((node) => OVER_TIME.test(calledBy(promql, node)))
  )
    return [];
  if (selectorsOf(promql).every(({ metric }) => metric?.includes(':') ?? false)) return [];
  return [
    {
      name: 'alert-without-for',
      place,
      message: `\`${rule.name}\` fires at the first evaluation that finds it so: one scrape is enough`,
      hint: 'give it `for: 5m`, or look at a range such as `max_over_time(…[5m])`',
      scope: tree,
    },
  ];
}

/** `absent(up)` is an alert with no labels: which job it is nobody says, and it waits until all are gone. */
function absences(rule: Rule): Lint[] {
  const { promql, tree, exprAt } = rule;
  return nodesOf(promql, 'FunctionCall').flatMap((node): Lint[] => {
    if (!/^absent(_over_time)?$/.test(calledBy(promql, node)) || under(node, 'AggregateExpr').length > 0) return [];
    const [selector] = under(node, 'VectorSelector').map((one) => readSelector(promql, one));
    if (!selector || selector.matchers.some(({ op }) => op === '=')) return [];
    const { metric = 'x' } = selector;
    return [
      {
        name: 'absent-without-labels',
        place: exprAt(node.from),
        message: `\`${short(textAt(promql, node))}\` fires only when no job at all has \`${metric}\`, and then with no labels`,
        hint: `write \`absent(${metric}{job="…"})\`, once for each job that must have it`,
        scope: tree,
      },
    ];
  });
}

function disks(rule: Rule): Lint[] {
  const { promql, tree, exprAt } = rule;
  const found = selectorsOf(promql).flatMap(({ metric = '', matchers, node }): Lint[] => {
    const root = matchers.some(({ label, op, value }) => label === 'mountpoint' && op === '=' && value === '/');
    if (metric.startsWith('node_filesystem_') && root) {
      const hint =
        'write `fstype!~"tmpfs|overlay|squashfs|ramfs"` in its place, and alert on `node_filesystem_files_free` as well';
      return [
        {
          name: 'root-filesystem-only',
          place: exprAt(node.from),
          message: 'only the file system at `/` is seen: the others fill unseen',
          hint,
          scope: tree,
        },
      ];
    }
    if (!metric.startsWith('node_disk_io_time_') || matchers.some(({ label }) => label === 'device')) return [];
    const hint =
      'write `device!~"(loop|ram|dm-|md).*"`; busy for 95 % of the time says little of NVMe: `node_disk_io_time_weighted_seconds_total` says more';
    return [
      {
        name: 'counted-twice',
        place: exprAt(node.from),
        message: 'a disk and what lies on it (dm, md, loop) each count the same input and output',
        hint,
        scope: tree,
      },
    ];
  });
  return found.slice(0, 1);
}
