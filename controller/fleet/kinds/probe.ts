import { z } from 'zod';
import { duration, keys, labels, name, wrong } from './keys.ts';

const AN_EXPORTER = 'the name of an Exporter whose component is blackbox_exporter';
const A_MODULE = 'the name of a module of the exporter, such as http_2xx';
const TARGETS = 'a list of what to probe, such as `["https://example.com"]`';
const A_TARGET = 'what to probe, with no space in it: a URL, or `host:port`, or a name';

/** Further native keys of the scrape config that it becomes; promtool checks what is in them. */
export const PROBE_JOB_KEYS = ['scrape_interval', 'scrape_timeout', 'metric_relabel_configs'] as const;

export const probeSchema = keys({
  kind: z.literal('Probe'),
  name,
  through: z.string({ error: wrong(AN_EXPORTER) }).min(1, AN_EXPORTER),
  module: z.string({ error: wrong(A_MODULE) }).min(1, A_MODULE),
  targets: z
    .array(z.string({ error: wrong(A_TARGET) }).check(z.regex(/^\S+$/, A_TARGET)), { error: wrong(TARGETS) })
    .min(1, TARGETS),
  labels: labels.optional(),
  scrape_interval: duration.optional(),
  scrape_timeout: duration.optional(),
  metric_relabel_configs: z.array(z.looseObject({}), { error: wrong('a list of relabelling rules') }).optional(),
});

export type Probe = z.output<typeof probeSchema>;
