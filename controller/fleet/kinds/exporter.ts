import { z } from 'zod';
import { A_FILE, keys, labels, name, wrong } from './keys.ts';
import { hostLabels, UNIT_KEYS_LATER, unitKeys } from './unit.ts';

/** How it wants to be scraped: native keys of a scrape config, checked by promtool, and ours. */
const target = z.looseObject(
  { labels: labels.optional(), host_labels: hostLabels.optional() },
  { error: wrong('keys of a scrape config, `labels` and `host_labels`') },
);

const A_DIGEST = 'the sha256 of what lies at `url`: 64 hexadecimal digits';
const digest = z.string({ error: wrong(A_DIGEST) }).check(z.regex(/^[0-9a-f]{64}$/, A_DIGEST));
const A_URL = 'a URL that begins with http:// or https://, of a .tar.gz or of the program itself';
const A_PATH = 'a path such as `/metrics`';
const WORDS = 'the words of a command line, the first `{bin}/PROGRAM`';
const PROGRAM = /^\{bin\}\/[\w+.-]+$/;

/** A program that promfleet knows nothing of. */
const custom = keys({
  artifact: keys({
    url: z.string({ error: wrong(A_URL) }).check(z.regex(/^https?:\/\/[^\s/]+\/\S+$/, A_URL)),
    sha256: keys({ amd64: digest.optional(), arm64: digest.optional() }),
  }),
  run: z
    .array(z.string({ error: wrong('a word of a command line') }), { error: wrong(WORDS) })
    .min(1, WORDS)
    .check(z.refine((words) => PROGRAM.test(words[0] ?? ''), WORDS)),
  ready: keys({ http: z.string({ error: wrong(A_PATH) }).check(z.regex(/^\/[\x21-\x7e]*$/, A_PATH)) }).optional(),
});

export const exporterSchema = keys(
  {
    kind: z.literal('Exporter'),
    name,
    component: z.string({ error: wrong('the name of a component, such as node_exporter') }).optional(),
    custom: custom.optional(),
    ...unitKeys,
    config: z
      .string({ error: wrong(A_FILE) })
      .min(1, A_FILE)
      .optional(),
    target: target.optional(),
  },
  [...UNIT_KEYS_LATER, 'textfile_scripts'],
);

export type Exporter = z.output<typeof exporterSchema>;
export type Custom = z.output<typeof custom>;
