import { z } from 'zod';
import { A_FILE, count, duration, keys, labelName, labels, name, size, wrong } from './keys.ts';
import { UNIT_KEYS_LATER, unitKeys } from './unit.ts';

export const A_JOB =
  '`exporter: NAME`, `prometheus: NAME`, `alertmanager: NAME`, `thanos: NAME`, `probe: NAME`, `federate: { from, match }` or a native scrape config';
const A_THANOS = 'the name of a Thanos';
const FROM = 'a list of Prometheis, such as `[edge-eu, edge-us]`';
const MATCH = 'a list of series selectors, such as `[\'{__name__=~"job:.*"}\']`';
const A_FOLDER_FILE = (such: string) =>
  z.array(z.string({ error: wrong(A_FILE) }).min(1, A_FILE), { error: wrong(such) });

const federate = keys({
  from: z.array(name, { error: wrong(FROM) }).min(1, FROM),
  match: z.array(z.string({ error: wrong(MATCH) }).min(1, MATCH), { error: wrong(MATCH) }).min(1, MATCH),
});

export const prometheusSchema = keys(
  {
    kind: z.literal('Prometheus'),
    name,
    ...unitKeys,
    replica_label: labelName.optional(),
    retention: keys({ time: duration.optional(), size: size.optional() }).optional(),
    external_labels: labels.optional(),
    config: z
      .string({ error: wrong(A_FILE) })
      .min(1, A_FILE)
      .optional(),
    rules: A_FOLDER_FILE('a list such as `[rules/*.yml]`').optional(),
    thanos: keys({ sidecar: z.string({ error: wrong(A_THANOS) }).min(1, A_THANOS) }).optional(),
    backup: keys({ every: duration, keep: count.optional() }).optional(),
    rule_tests: A_FOLDER_FILE('a list such as `[tests/*.yml]`').optional(),
    alertmanagers: z.array(name, { error: wrong('a list of Alertmanagers, such as `[main]`') }).optional(),
    scrape_configs: z
      .array(z.looseObject({ federate: federate.optional() }, { error: wrong(A_JOB) }), {
        error: wrong(`a list, each of ${A_JOB}`),
      })
      .optional(),
  },
  [...UNIT_KEYS_LATER],
);

export type Prometheus = z.output<typeof prometheusSchema>;
