import { z } from 'zod';
import { A_FILE, keys, name, wrong } from './keys.ts';
import { UNIT_KEYS_LATER, unitKeys } from './unit.ts';

export const alertmanagerSchema = keys(
  {
    kind: z.literal('Alertmanager'),
    name,
    ...unitKeys,
    config: z.string({ error: wrong(A_FILE) }).min(1, A_FILE),
  },
  [...UNIT_KEYS_LATER, 'replica_label', 'route_tests'],
);

export type Alertmanager = z.output<typeof alertmanagerSchema>;
