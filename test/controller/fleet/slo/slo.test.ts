import assert from 'node:assert/strict';
import { test } from 'vitest';
import { lintFleet } from '../../../../controller/fleet/lint/lint-fleet.ts';
import { budgetOf, burnRatesOf, minutesOf, showMinutes } from '../../../../controller/fleet/slo/burn-rates.ts';
import { noteSlos } from '../../../../controller/fleet/slo/check-slos.ts';
import { errorsOver, totalOver } from '../../../../controller/fleet/slo/indicator.ts';
import { enrolled, readFiles, showFindings } from '../../../support/fleet-folder.ts';
import { contentsOf, golden, renderFleet } from '../../../support/render-fleet.ts';

const SLO = `kind: SLO
name: api-availability
prometheus: main
objective: 99.9
period: 30d
indicator:
  errors: sum(rate(http_requests_total{job="api",status=~"5.."}[{window}]))
  total: sum(rate(http_requests_total{job="api"}[{window}]))
labels: { team: platform }
---
`;
const MAIN = 'kind: Prometheus\nname: main\nretention: { time: 30d }\nrules: [rules/a.yml]\n';
const FOLDER = { 'fleet.yml': SLO + MAIN, 'rules/a.yml': 'groups: []\n' };

test('an objective becomes recording and alerting rules of the Prometheus that it names', () => {
  const whole = renderFleet(FOLDER, enrolled({ a: {} }));
  const rendered = whole.rendered.get('prometheus@a');
  golden('slo.txt', contentsOf(rendered));
  const { syntax, errors, notes } = lintFleet(
    whole.fleet,
    new Map(whole.units.flatMap((unit) => (rendered ? [[unit, rendered] as const] : []))),
    whole.units,
  );
  assert.equal(showFindings([...syntax.map((one) => one.finding), ...errors, ...notes]), '');
  assert.deepEqual(noteSlos(whole.fleet), []);
});

test('the budget is as exact as the objective', () => {
  assert.deepEqual([99.9, 99, 99.95, 99.999, 50, 0.5, 99.5].map(budgetOf), [
    '0.001',
    '0.01',
    '0.0005',
    '0.00001',
    '0.5',
    '0.995',
    '0.005',
  ]);
});

test('the windows grow and shrink with the period, and always spend the same part of the budget', () => {
  const windows = (period: string) =>
    burnRatesOf(minutesOf(period), 0.001).reachable.map(
      ({ longMinutes, shortMinutes }) => `${showMinutes(longMinutes)}/${showMinutes(shortMinutes)}`,
    );
  assert.deepEqual(windows('30d'), ['1h/5m', '6h/30m', '1d/2h', '3d/6h']);
  assert.deepEqual(windows('90d'), ['3h/15m', '18h/90m', '3d/6h', '9d/18h']);
  assert.deepEqual(windows('1w'), ['14m/2m', '84m/7m', '336m/28m', '1008m/84m']);
  const { reachable, unreachable } = burnRatesOf(minutesOf('30d'), 0.2);
  assert.deepEqual(
    [reachable.map(({ factor }) => factor), unreachable.map(({ factor }) => factor)],
    [
      [3, 1],
      [14.4, 6],
    ],
  );
});

test('an indicator that is no single series is summed up, and only then', () => {
  assert.equal(errorsOver('rate(e[{window}])', '5m'), '(sum(rate(e[5m])) or vector(0))');
  assert.equal(totalOver('sum(rate(a{b=")"}[{window}]))', '1h'), 'sum(rate(a{b=")"}[1h]))');
  assert.equal(
    totalOver('sum(rate(a[{window}])) + sum(rate(b[{window}]))', '1h'),
    'sum(sum(rate(a[1h])) + sum(rate(b[1h])))',
  );
});

test('what can’t become rules is told where it is written, and becomes none', () => {
  const files = {
    'fleet.yml': `kind: SLO
name: a
prometheus: mian
objective: 100
indicator: { errors: "up", total: "up" }
---
kind: SLO
name: b
prometheus: mian
objective: "99.9"
---
kind: SLO
name: c
prometheus: mian
objective: 99
period: 3d
indicator:
  errors: sum(rate(e[{windw}]))
  total: sum(rate(t[5m]))
labels: { severity: page }
---
kind: SLO
name: d
prometheus: main
objective: 99
indicator:
  errors: sum(rat(e[{window}]))
  total: >-
    sum(
      rate(t[{window}])
---
kind: Prometheus
name: main
`,
  };
  const { findings } = readFiles(files);
  assert.equal(
    showFindings(findings),
    `fleet.yml:4:12: \`objective\` must be a percentage between 0 and 100, such as 99.9, without quotes, not \`100\`
fleet.yml:7:1: SLO needs \`indicator\`: a mapping of keys to values
fleet.yml:10:12: \`objective\` must be a percentage between 0 and 100, such as 99.9, without quotes, not "99.9"
fleet.yml:14:13: there is no Prometheus \`mian\`
    did you mean \`main\`?
fleet.yml:16:9: a \`period\` of 3d can't be alerted on
    from 7d to 366d: the windows of the alerts are parts of it, of minutes to days
fleet.yml:18:11: \`indicator.errors\`: {windw} stands for nothing
    write \`{window}\`
fleet.yml:19:10: \`indicator.total\` needs \`[{window}]\`, which each window of the alerts takes the place of
    such as \`sum(rate(http_requests_total[{window}]))\`
fleet.yml:20:11: the label \`severity\` is set by promfleet
    leave it out
fleet.yml:27:15: PromQL has no function \`rat\`
    did you mean \`rad\`?
fleet.yml:30:24: the expression ends, and a bracket is open
    the \`(\` after \`sum\` is not closed`,
  );
});

test('a page that could never fire is left out and told of, as is a budget that outlives the data', () => {
  const low = SLO.replace('99.9', '93').replace('30d', '90d');
  assert.equal(
    showFindings(noteSlos(readFiles({ ...FOLDER, 'fleet.yml': low + MAIN }).fleet)),
    `fleet.yml:4:12: an objective of 93% can't be missed 14.4 times too fast: the page over 3h is left out
    more than everything would have to fail
fleet.yml:5:9: Prometheus main keeps 30d: what is left of the budget of 90d is told of that time alone
    write \`retention: { time: 90d }\` for it`,
  );
});
