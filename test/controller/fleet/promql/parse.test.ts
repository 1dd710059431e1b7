import assert from 'node:assert/strict';
import { test } from 'vitest';
import { parsePromql, syntaxFault } from '../../../../controller/fleet/promql/parse.ts';
import { templateFault } from '../../../../controller/fleet/promql/templates.ts';

const GOOD = [
  'up',
  '1',
  'sum by (job, "a.b") (rate(x{a=~"b.*",c!="d"}[5m] offset 1h)) / on (job) group_left (x) y > bool 3',
  'holt_winters(x[5m], 0.1, 0.2)',
  'max_over_time(up[1h:]) or vector(0) # why',
  'histogram_quantile(0.9, sum by (le) (rate(x_bucket[5m])))',
  '{"a.b", job="x"}',
  '-x ^ 2 unless y @ end()',
];

test('what Prometheus reads is read', () => {
  for (const text of GOOD) assert.equal(syntaxFault(parsePromql(text)), undefined, text);
});

test('what can’t be read is said as it would be to someone who is tired', () => {
  const told = (text: string): string => {
    const { offset, message, hint } = syntaxFault(parsePromql(text)) ?? assert.fail(`read: ${text}`);
    return `${text}\n${' '.repeat(offset)}^ ${message}${hint === undefined ? '' : ` (${hint})`}`;
  };
  const wrong = [
    'up ==',
    'sum(rate(a[5m]) by (job)',
    'foo(bar)',
    'histogram_quantil(0.9, x)',
    'rate(a[5x])',
    'sum by (job (up)',
    'avg by job (up)',
    'up{job="a"',
    'up{job=a}',
    'up{job="a}',
    'up up',
    'sum(up))',
    'up = 1',
    'rate(x[$__interval])',
    'rate(x{a="b"}[5m)',
    'increase(x[1h]) > 0 for 5m',
  ];
  assert.equal(
    wrong.map(told).join('\n'),
    `up ==
     ^ the expression ends too early
sum(rate(a[5m]) by (job)
                ^ \`by\` can't stand here (the \`(\` after \`sum\` is not closed)
foo(bar)
^ PromQL has no function \`foo\`
histogram_quantil(0.9, x)
^ PromQL has no function \`histogram_quantil\` (did you mean \`histogram_quantile\`?)
rate(a[5x])
        ^ \`x\` can't stand here (a duration is such as \`5m\` or \`1h30m\`)
sum by (job (up)
            ^ \`(\` can't stand here (the \`(\` after \`by\` is not closed)
avg by job (up)
       ^ \`job\` can't stand here (labels stand in brackets: \`by (job)\`)
up{job="a"
          ^ the expression ends, and a bracket is open (the \`{\` after \`up\` is not closed)
up{job=a}
       ^ \`a\` must be in quotes (write "a")
up{job="a}
       ^ the text that begins with " here is not ended
up up
   ^ \`up\` can't stand here
sum(up))
       ^ \`)\` can't stand here
up = 1
   ^ \`=\` can't stand here (equal is \`==\`)
rate(x[$__interval])
       ^ \`$__interval\` can't stand here (a range is a duration such as \`[5m]\`; the variables of a dashboard mean nothing here)
rate(x{a="b"}[5m)
                ^ \`)\` can't stand here (a \`[\` before it is not closed)
increase(x[1h]) > 0 for 5m
                    ^ \`for\` can't stand here`,
  );
  assert.deepEqual(syntaxFault(parsePromql(' ')), { offset: 0, message: 'the expression is empty' });
});

test('a template’s functions are those of Prometheus', () => {
  assert.equal(
    templateFault(
      '{{ range query "up" }}{{ .Labels.job | toUpper }}{{ else }}{{ $value | printf "%.1f nix" }}{{ end }}',
    ),
    undefined,
  );
  assert.deepEqual(templateFault('at {{ humanise $value }}'), {
    offset: 6,
    message: 'templates have no function `humanise`',
    hint: 'did you mean `humanize`?',
  });
  assert.equal(templateFault('{{ labels.job }}')?.hint, 'did you mean `label`?');
});
