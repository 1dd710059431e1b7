import { z } from 'zod';
import { A_FILE, keys, labels, name, wrong } from './keys.ts';
import { hostLabels, UNIT_KEYS_LATER, unitKeys } from './unit.ts';

/** How it wants to be scraped: native keys of a scrape config, checked by promtool, and ours. */
const target = z.looseObject(
  { labels: labels.optional(), host_labels: hostLabels.optional() },
  { error: wrong('keys of a scrape config, `labels` and `host_labels`') },
);

export const exporterSchema = keys(
  {
    kind: z.literal('Exporter'),
    name,
    component: z.string({ error: wrong('the name of a component, such as node_exporter') }),
    ...unitKeys,
    config: z
      .string({ error: wrong(A_FILE) })
      .min(1, A_FILE)
      .optional(),
    target: target.optional(),
  },
  [...UNIT_KEYS_LATER, 'custom', 'textfile_scripts'],
);

export type Exporter = z.output<typeof exporterSchema>;
