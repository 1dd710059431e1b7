import { z } from 'zod';
import { A_FILE, duration, keys, labels, name, wrong } from './keys.ts';
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

const SCRIPTS = 'a list such as `[{ name: raid, every: 60s, run: scripts/raid.sh }]`';
const A_SCRIPT = 'letters, digits, - and _, at most 63';

/** Run again and again, for the textfile collector of a node_exporter. */
const script = keys({
  name: z.string({ error: wrong(A_SCRIPT) }).check(z.regex(/^[A-Za-z0-9_-]{1,63}$/, A_SCRIPT)),
  every: duration,
  timeout: duration.optional(),
  run: z.string({ error: wrong(A_FILE) }).min(1, A_FILE),
});

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
    textfile_scripts: z
      .array(script, { error: wrong(SCRIPTS) })
      .min(1, SCRIPTS)
      .optional(),
  },
  [...UNIT_KEYS_LATER],
);

export type Exporter = z.output<typeof exporterSchema>;
export type Custom = z.output<typeof custom>;
