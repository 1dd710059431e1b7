import { z } from 'zod';
import { A_FILE, count, duration, keys, name, wrong } from './keys.ts';
import { port, unitKeys, version } from './unit.ts';

const { version: _, ...partKeys } = unitKeys;
const RULES = 'a list such as `[global/*.yml]`';

/** What every part of it takes; the version is one for all. */
const part = { ...partKeys, grpc_port: port.optional() };

export const THANOS_PARTS = ['query', 'query_frontend', 'store', 'compact', 'rule', 'receive'] as const;
export type ThanosPart = (typeof THANOS_PARTS)[number];

export const thanosSchema = keys({
  kind: z.literal('Thanos'),
  name,
  version: version.optional(),
  object_store: z
    .string({ error: wrong(A_FILE) })
    .min(1, A_FILE)
    .optional(),
  query: keys(part).optional(),
  query_frontend: keys(partKeys).optional(),
  store: keys(part).optional(),
  compact: keys({
    ...partKeys,
    retention: keys({ raw: duration.optional(), '5m': duration.optional(), '1h': duration.optional() }).optional(),
  }).optional(),
  rule: keys({
    ...part,
    rules: z.array(z.string({ error: wrong(A_FILE) }).min(1, A_FILE), { error: wrong(RULES) }).min(1, RULES),
  }).optional(),
  receive: keys({
    ...part,
    replication_factor: count.optional(),
    remote_write_port: port.optional(),
  }).optional(),
});

export type Thanos = z.output<typeof thanosSchema>;
