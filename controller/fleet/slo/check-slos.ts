import type { Finding } from '../../../proto/fault.ts';
import { didYouMean } from '../../../proto/nearest.ts';
import { SLO_LABELS } from '../kinds/slo.ts';
import { finding } from '../place.ts';
import { parsePromql, syntaxFault } from '../promql/parse.ts';
import { placesIn } from '../promql/scalar-places.ts';
import { type Fleet, keyPlaceIn, ofKind, placeIn, type Resource, treeIn } from '../resource.ts';
import {
  budgetOf,
  burnRatesOf,
  LONGEST_PERIOD,
  minutesOf,
  PERIOD,
  SHORTEST_PERIOD,
  showMinutes,
} from './burn-rates.ts';
import { WINDOW } from './indicator.ts';

/** Whether an objective can become rules at all. */
export const checkSlos = (fleet: Fleet): Finding[] => ofKind(fleet, 'SLO').flatMap((slo) => checkSlo(fleet, slo));

export function checkSlo(fleet: Fleet, slo: Resource<'SLO'>): Finding[] {
  const { period = PERIOD, labels = {} } = slo.settings;
  const minutes = minutesOf(period);
  const isWhole = Number.isInteger(minutes) && minutes >= SHORTEST_PERIOD && minutes <= LONGEST_PERIOD;
  return [
    ...(isWhole
      ? []
      : [
          finding(
            placeIn(slo, 'period'),
            `a \`period\` of ${period} can't be alerted on`,
            'from 7d to 366d: the windows of the alerts are parts of it, of minutes to days',
          ),
        ]),
    ...SLO_LABELS.filter((label) => label in labels).map((label) =>
      finding(keyPlaceIn(slo, 'labels', label), `the label \`${label}\` is set by promfleet`, 'leave it out'),
    ),
    ...(['errors', 'total'] as const).flatMap((key) => checkExpression(fleet, slo, key)),
  ];
}

function checkExpression(fleet: Fleet, slo: Resource<'SLO'>, key: 'errors' | 'total'): Finding[] {
  const written = slo.settings.indicator[key];
  const place = placeIn(slo, 'indicator', key);
  const other = [...written.matchAll(/\{(\w+)\}/g)].find(([whole]) => whole !== WINDOW);
  if (other) {
    const hint = didYouMean(other[1] ?? '', ['window']) ? `write \`${WINDOW}\`` : `only \`${WINDOW}\` is filled in`;
    return [finding(place, `\`indicator.${key}\`: ${other[0]} stands for nothing`, hint)];
  }
  if (!written.includes(`[${WINDOW}]`)) {
    return [
      finding(
        place,
        `\`indicator.${key}\` needs \`[${WINDOW}]\`, which each window of the alerts takes the place of`,
        'such as `sum(rate(http_requests_total[{window}]))`',
      ),
    ];
  }
  // A window of as many characters: what is said of it stands where it was written.
  const fault = syntaxFault(parsePromql(written.replaceAll(WINDOW, '00000005m')));
  const leaf = treeIn(slo, 'indicator', key);
  if (!fault || leaf?.kind !== 'leaf') return [];
  const file = [...fleet.files.values()].find(({ shown }) => shown === leaf.place.file);
  const content = Buffer.from(file?.content ?? []).toString('utf8');
  return [finding(placesIn(content, leaf)(fault.offset), fault.message, fault.hint)];
}

/** What an objective can't do where it is, though its rules are right. */
export function noteSlos(fleet: Fleet): Finding[] {
  return ofKind(fleet, 'SLO').flatMap((slo) => [...noteUnreachable(slo), ...noteRetention(fleet, slo)]);
}

function noteUnreachable(slo: Resource<'SLO'>): Finding[] {
  const { objective, period = PERIOD } = slo.settings;
  const budget = budgetOf(objective);
  const { unreachable } = burnRatesOf(minutesOf(period), Number(budget));
  return unreachable.map(({ severity, factor, longMinutes }) =>
    finding(
      placeIn(slo, 'objective'),
      `an objective of ${objective}% can't be missed ${factor} times too fast: the ${severity} over ${showMinutes(longMinutes)} is left out`,
      'more than everything would have to fail',
    ),
  );
}

/** Prometheus keeps 15 days where nobody says otherwise. */
const RETENTION = '15d';

function noteRetention(fleet: Fleet, slo: Resource<'SLO'>): Finding[] {
  const { prometheus, period = PERIOD } = slo.settings;
  const owner = ofKind(fleet, 'Prometheus').find(({ name }) => name === prometheus);
  const kept = owner?.settings.retention?.time ?? RETENTION;
  if (!owner || minutesOf(kept) >= minutesOf(period)) return [];
  const message = `Prometheus ${prometheus} keeps ${kept}: what is left of the budget of ${period} is told of that time alone`;
  return [finding(placeIn(slo, 'period'), message, `write \`retention: { time: ${period} }\` for it`)];
}
