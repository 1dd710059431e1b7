import type { Plan } from '../fleet/compare.ts';
import type { RuleChange } from '../fleet/radius/compare-rules.ts';
import { renderFindings } from './findings.ts';
import type { Paint, Style } from './paint.ts';
import { fit, wrap } from './table.ts';

/** So many of a kind are told one by one; more are counted, unless all are asked for. */
const FEW = 5;

export interface Look {
  readonly width: number;
  readonly paint: Paint;
  /** Everything, however much it is. */
  readonly verbose: boolean;
}

/** What changes around the units: who is scraped, which rules there are, what is not watched meanwhile, what stays done. */
export const renderRadius = (plan: Plan, look: Look): string[] => [
  ...section('Targets:', targetLines(plan, look)),
  ...section('Rules and alerts:', ruleLines(plan, look)),
  ...section('Series, estimated:', seriesLines(plan, look.width)),
  ...section('Not observed meanwhile:', gapLines(plan, look)),
  ...section('What an undo does not bring back:', indented(renderFindings(plan.oneWay, look.width - 2, look.paint))),
  ...section('Releases that are new to this fleet:', releaseLines(plan, look.paint)),
];

const section = (title: string, lines: readonly string[]): string[] => (lines.length > 0 ? ['', title, ...lines] : []);
const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);

function targetLines({ targets, scrapes }: Plan, { width, paint, verbose }: Look): string[] {
  return targets.flatMap(({ prometheus, job, gained, lost }) => {
    const counted = scrapes.find((one) => one.prometheus === prometheus && one.job === job);
    const total = counted ? `, ${counted.before} → ${counted.after}` : '';
    const verb = prometheus.includes(', ') ? ['stop scraping', 'scrape'] : ['stops scraping', 'scrapes'];
    const tell = (sign: string, style: Style, act: string | undefined, names: readonly string[]): string[] => {
      if (names.length === 0) return [];
      if (verbose || names.length <= FEW)
        return names.map((target) => paint(style, `  ${sign} ${prometheus} ${act} ${target} (${job})`));
      const more = sign === '+' ? ' more' : '';
      const line = `${sign} ${prometheus} ${act} ${names.length}${more} targets (${job}${total}): ${names.slice(0, 3).join(', ')} …`;
      return hanging(line, width).map((part) => paint(style, part));
    };
    return [...tell('-', 'removed', verb[0], lost), ...tell('+', 'added', verb[1], gained)];
  });
}

const SIGNS = { lost: ['-', 'removed'], changed: ['~', 'busy'], gained: ['+', 'added'] } as const;

function ruleLines({ rules }: Plan, look: Look): string[] {
  const byPrometheus = Map.groupBy(rules, ({ prometheus }) => prometheus);
  return [...byPrometheus].flatMap(([prometheus, own]) => {
    const lines = (['lost', 'changed', 'gained'] as const).flatMap((change) => {
      const all = own.filter((one) => one.change === change);
      const shown = look.verbose || all.length <= FEW * 2 ? all : all.slice(0, FEW);
      const more = all.length - shown.length;
      const [sign, style] = SIGNS[change];
      return [
        ...shown.flatMap((one) => ruleLine(one, look)),
        ...(more > 0 ? [look.paint(style, `    ${sign} and ${more} more ${change}`)] : []),
      ];
    });
    return [`  ${prometheus}`, ...lines];
  });
}

function ruleLine({ kind, group, name, change, from, to }: RuleChange, { width, paint }: Look): string[] {
  const [sign, style] = SIGNS[change];
  const head = paint(style, `    ${sign} ${kind === 'alert' ? 'alert' : 'record'} ${name} (${group})`);
  const line = (mark: string, of: Style, text: string): string => paint(of, fit(`        ${mark} ${text}`, width));
  if (change === 'changed') return [head, line('-', 'removed', from), line('+', 'added', to)];
  return [head];
}

function seriesLines({ series }: Plan, width: number): string[] {
  return series.flatMap(({ prometheus, now, change, perCent, measured }) => {
    const sign = change < 0 ? '−' : '+';
    const about = `${measured ? '' : 'about '}${sign}${shown(Math.abs(change))} series`;
    const whole =
      now === null ? '; how many it has now is not known' : `, ${sign}${Math.abs(perCent ?? 0)} % of ${shown(now)}`;
    const basis = measured ? 'what these jobs have now' : 'what such programs usually have';
    return hanging(`${prometheus}: ${about}${whole} (by ${basis})`, width);
  });
}

/** To two digits: it is an estimate. */
function shown(n: number): string {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, n))) - 1);
  return (Math.round(n / step) * step).toLocaleString('en').replaceAll(',', ' ');
}

function gapLines({ gaps, pairs }: Plan, { width, paint, verbose }: Look): string[] {
  return [
    ...gaps.flatMap(({ units, what, least, most, why }) => {
      const names = units.split(', ');
      const who = verbose || names.length <= FEW ? units : `${names[0]?.split('@')[0]} on ${names.length} hosts`;
      const long = most === null ? `${least} s or more` : least === 0 ? `up to ${most} s` : `${least} to ${most} s`;
      return hanging(`${who}: ${what}, ${long} (${why})`, width);
    }),
    ...pairs.flatMap(({ resource, units, restarts }) => {
      const own = restarts.flat();
      const rest = units.filter((one) => !own.includes(one)).join(', ');
      if (rest !== '') return hanging(`${own.join(', ')} of ${resource} restarts, ${rest} goes on`, width);
      const all = units.length === 2 ? 'both' : `all ${units.length}`;
      const line = `${all} replicas of ${resource} restart at the same time: for that long nobody does their work`;
      return hanging(line, width).map((part) => paint('warn', part));
    }),
  ];
}

/** Indented, and what does not fit on the first line more so. */
const hanging = (text: string, width: number): string[] =>
  wrap(text, width - 6).map((line, index) => (index === 0 ? `  ${line}` : `      ${line}`));

function releaseLines(plan: Plan, paint: Paint): string[] {
  return plan.releases.flatMap(({ component, version, build, arch, sha256, source }) => [
    `  ${component} ${version} ${arch}, ${build}, from ${source}`,
    paint('dim', `    sha256:${sha256}`),
  ]);
}
