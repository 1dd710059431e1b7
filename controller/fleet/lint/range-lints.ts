import { calledBy, type Node, nodesOf, rangeSeconds, readSelector, type Selector, under } from '../promql/nodes.ts';
import type { Rule } from '../promql/rules.ts';
import type { Lint } from './lint.ts';
import { jobsOf, type PrometheusView } from './view.ts';

const SIX_HOURS = 21_600;
const SCRAPES_IN_RANGE = 4;
const RATES = /^(rate|irate|increase|delta|idelta|deriv)$/;

/** A rate needs two samples in its range, and four to bear one scrape that failed. */
export function lintRanges(view: PrometheusView): Lint[] {
  return view.rules.flatMap((rule) =>
    nodesOf(rule.promql, 'MatrixSelector').flatMap((matrix): Lint[] => {
      const range = rangeSeconds(rule.promql, matrix);
      const [selector] = under(matrix, 'VectorSelector').map((one) => readSelector(rule.promql, one));
      if (range === undefined || !selector) return [];
      const called = callerOf(rule, matrix);
      const said =
        called === 'predict_linear'
          ? foretold(range)
          : RATES.test(called)
            ? rated(called, range, selector, view)
            : undefined;
      if (!said) return [];
      const place = rule.exprAt(matrix.getChild('DurationExpr')?.from ?? matrix.from);
      return [{ ...said, place, scope: rule.tree }];
    }),
  );
}

type Said = Omit<Lint, 'place' | 'scope'>;

function foretold(range: number): Said | undefined {
  if (range >= SIX_HOURS) return undefined;
  const message =
    'what is foretold from so short a range is noise: one log file that is written looks like a full disk';
  const hint = 'write `[6h]`, and a threshold beside it, such as less than 40 % free';
  return { name: 'short-prediction', message, hint };
}

function rated(called: string, range: number, selector: Selector, view: PrometheusView): Said | undefined {
  const intervals = jobsOf(view, selector).map(({ interval }) => interval);
  const longest = Math.max(0, ...intervals);
  const wanted = SCRAPES_IN_RANGE * longest;
  // What a rule leaves comes as often as rules are evaluated.
  if (range >= wanted || selector.metric?.includes(':')) return undefined;
  const scraped = `every ${longest} s${intervals.every((one) => one === longest) ? '' : ' by some jobs'}`;
  if (range <= longest && isCertain(selector, view)) {
    const message = `\`${called}\` never has a value here: its range of ${range} s holds one sample, scraped ${scraped}`;
    return { name: 'empty-range', message, hint: `write a range of ${wanted}s or more` };
  }
  const message = `a range of ${range} s is less than ${SCRAPES_IN_RANGE} scrapes (${scraped}): one that fails is a gap`;
  return { name: 'short-range', message, hint: `write ${wanted}s or more` };
}

/** One job, whose targets are all scraped as it says. */
function isCertain(selector: Selector, view: PrometheusView): boolean {
  const jobs = jobsOf(view, selector);
  const named = selector.matchers.some(({ label, op }) => label === 'job' && op === '=');
  return named && jobs.length === 1 && !JSON.stringify(jobs[0]?.tree).includes('__scrape_interval__');
}

/** The function that a range is handed to. */
function callerOf({ promql }: Rule, matrix: Node): string {
  for (let at = matrix.parent; at; at = at.parent) if (at.name === 'FunctionCall') return calledBy(promql, at);
  return '';
}
