import { z } from 'zod';
import { duration, keys, labelName, labels, name, size, wrong } from './keys.ts';
import { UNIT_KEYS_LATER, unitKeys } from './unit.ts';

const A_FILE = 'the path of a file, relative to the folder';

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
    scrape_configs: z
      .array(z.looseObject({}, { error: wrong('`exporter: NAME`, `prometheus: NAME` or a native scrape config') }), {
        error: wrong('a list of `exporter: NAME`, `prometheus: NAME` and native scrape configs'),
      })
      .optional(),
  },
  [...UNIT_KEYS_LATER, 'rule_tests', 'alertmanagers', 'thanos', 'backup'],
);

export type Prometheus = z.output<typeof prometheusSchema>;
