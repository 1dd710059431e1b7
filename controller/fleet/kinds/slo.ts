import { z } from 'zod';
import { duration, keys, labels, name, wrong } from './keys.ts';

const A_PROMETHEUS = 'the name of the Prometheus that has the series';
const AN_OBJECTIVE = 'a percentage between 0 and 100, such as 99.9, without quotes';
const AN_EXPRESSION = 'PromQL with `[{window}]` for each range, such as `sum(rate(http_requests_total[{window}]))`';
const expression = z.string({ error: wrong(AN_EXPRESSION) }).min(1, AN_EXPRESSION);

/** Set by promfleet on what an SLO becomes. */
export const SLO_LABELS = ['slo', 'severity'] as const;

export const sloSchema = keys({
  kind: z.literal('SLO'),
  name,
  prometheus: z.string({ error: wrong(A_PROMETHEUS) }).min(1, A_PROMETHEUS),
  objective: z.number({ error: wrong(AN_OBJECTIVE) }).check(z.gt(0, AN_OBJECTIVE), z.lt(100, AN_OBJECTIVE)),
  period: duration.optional(),
  indicator: keys({ errors: expression, total: expression }),
  labels: labels.optional(),
});

export type Slo = z.output<typeof sloSchema>;
