import type { Place } from '../place.ts';
import type { Resource } from '../resource.ts';
import { list, map, type Tree, text } from '../tree.ts';
import { writeYaml } from '../write-yaml.ts';
import {
  type BurnRate,
  budgetOf,
  burnRatesOf,
  LONGEST_OF_SERIES,
  minutesOf,
  PERIOD,
  showMinutes,
} from './burn-rates.ts';
import { errorsOver, totalOver } from './indicator.ts';

/** What lies in the budget changes slowly, and is a sum over days. */
const SLOW_INTERVAL = '2m';
const ALERTS = { page: 'ErrorBudgetBurnFast', ticket: 'ErrorBudgetBurnSlow' } as const;

export const sloFilePath = (name: string): string => `slo/${name}.yml`;

type Value = string | readonly Value[] | { readonly [key: string]: Value };

/** The recording and alerting rules of one objective, as a rule file. */
export function renderSlo(slo: Resource<'SLO'>): Uint8Array {
  const { name, period = PERIOD, objective } = slo.settings;
  const { reachable } = burnRatesOf(minutesOf(period), Number(budgetOf(objective)));
  const windows = [...new Set(reachable.flatMap((rate) => [rate.longMinutes, rate.shortMinutes]))].sort(
    (a, b) => a - b,
  );
  const base = showMinutes(windows[0] ?? 5);
  const record = (rule: string, expr: string): Value => ({ record: rule, expr, labels: { slo: name } });
  const ratio = (minutes: number, expr: string): Value =>
    record(`slo:sli_error:ratio_rate${showMinutes(minutes)}`, expr);
  const recorded = (what: string): string => `slo:sli_${what}:rate${base}{slo="${name}"}`;
  const summed = (window: string): string =>
    `sum_over_time(${recorded('errors')}[${window}]) / sum_over_time(${recorded('total')}[${window}])`;
  const { errors, total } = slo.settings.indicator;
  const fast = windows.filter((minutes) => minutes <= LONGEST_OF_SERIES);
  const slow = windows.filter((minutes) => minutes > LONGEST_OF_SERIES);
  const groups: Value = [
    {
      name: `slo:${name}`,
      rules: [
        record(`slo:sli_errors:rate${base}`, errorsOver(errors, base)),
        record(`slo:sli_total:rate${base}`, totalOver(total, base)),
        ...fast.map((minutes) => {
          const window = showMinutes(minutes);
          return ratio(minutes, `${errorsOver(errors, window)} / ${totalOver(total, window)}`);
        }),
        ...(['page', 'ticket'] as const).flatMap((severity) =>
          alert(
            slo,
            severity,
            reachable.filter((rate) => rate.severity === severity),
          ),
        ),
      ],
    },
    {
      name: `slo:${name}:budget`,
      interval: SLOW_INTERVAL,
      rules: [
        ...slow.map((minutes) => ratio(minutes, summed(showMinutes(minutes)))),
        record('slo:error_budget:ratio', `vector(${budgetOf(objective)})`),
        record('slo:error_budget_left:ratio', `1 - ${summed(period)} / ${budgetOf(objective)}`),
      ],
    },
  ];
  return Buffer.from(writeYaml(toTree({ groups }, slo.tree.place)).text);
}

function alert({ settings }: Resource<'SLO'>, severity: 'page' | 'ticket', rates: readonly BurnRate[]): Value[] {
  if (rates.length === 0) return [];
  const { name, objective, period = PERIOD, labels = {} } = settings;
  const budget = budgetOf(objective);
  const over = (minutes: number, factor: number): string =>
    `slo:sli_error:ratio_rate${showMinutes(minutes)}{slo="${name}"} > ${factor} * ${budget}`;
  const expr = rates
    .map(({ longMinutes, shortMinutes, factor }) => `(${over(longMinutes, factor)} and ${over(shortMinutes, factor)})`)
    .join(' or ');
  return [
    {
      alert: ALERTS[severity],
      expr,
      labels: { severity, slo: name, ...labels },
      annotations: {
        summary: `${name}: errors use up the budget of ${period} too fast`,
        description: `{{ $value | humanizePercentage }} of all failed lately, and an objective of ${objective}% lets ${Number((Number(budget) * 100).toPrecision(6))}% fail.`,
      },
    },
  ];
}

function toTree(value: Value, place: Place): Tree {
  if (typeof value === 'string') return text(value, place);
  if (Array.isArray(value))
    return list(
      value.map((one: Value) => toTree(one, place)),
      place,
    );
  return map(Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toTree(member, place)])), place);
}
