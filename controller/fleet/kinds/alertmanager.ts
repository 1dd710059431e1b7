import { z } from 'zod';
import { A_FILE, keys, labelName, labels, name, wrong } from './keys.ts';
import { port, UNIT_KEYS_LATER, unitKeys } from './unit.ts';

const RECEIVERS = 'a list of receivers, such as `[pagerduty-db]`';
const TESTS = 'a list such as `[{ labels: { severity: critical }, receivers: [pager] }]`';

export const alertmanagerSchema = keys(
  {
    kind: z.literal('Alertmanager'),
    name,
    ...unitKeys,
    replica_label: labelName.optional(),
    cluster_port: port.optional(),
    config: z.string({ error: wrong(A_FILE) }).min(1, A_FILE),
    route_tests: z
      .array(keys({ labels, receivers: z.array(z.string(), { error: wrong(RECEIVERS) }).min(1, RECEIVERS) }), {
        error: wrong(TESTS),
      })
      .optional(),
  },
  [...UNIT_KEYS_LATER],
);

export type Alertmanager = z.output<typeof alertmanagerSchema>;
