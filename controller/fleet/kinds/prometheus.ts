import { z } from 'zod';
import { A_FILE, duration, keys, labelName, labels, name, size, wrong } from './keys.ts';
import { UNIT_KEYS_LATER, unitKeys } from './unit.ts';

const A_JOB = '`exporter: NAME`, `prometheus: NAME`, `alertmanager: NAME` or a native scrape config';

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
    rules: z
      .array(z.string({ error: wrong(A_FILE) }).min(1, A_FILE), { error: wrong('a list such as `[rules/*.yml]`') })
      .optional(),
    alertmanagers: z.array(name, { error: wrong('a list of Alertmanagers, such as `[main]`') }).optional(),
    scrape_configs: z
      .array(z.looseObject({}, { error: wrong(A_JOB) }), {
        error: wrong(`a list, each of ${A_JOB}`),
      })
      .optional(),
  },
  [...UNIT_KEYS_LATER, 'rule_tests', 'thanos', 'backup'],
);

export type Prometheus = z.output<typeof prometheusSchema>;
