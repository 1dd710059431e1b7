import { z } from 'zod';
import { A_FILE, keys, labels, name, wrong } from './keys.ts';
import { rollout } from './rollout.ts';
import { security } from './security.ts';

const URL_OF_MIRROR = 'the base URL of a mirror, beginning with http:// or https://';
const A_NETWORK = 'a network such as `10.0.0.0/8` or `2001:db8::/32`';
const NETWORK =
  /^(((25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(25[0-5]|2[0-4]\d|1?\d?\d)\/(3[0-2]|[12]?\d)|[0-9a-f:]*:[0-9a-f:]*\/(12[0-8]|1[01]\d|\d{1,2}))$/i;

/** It becomes part of apt's configuration: nothing but a name may get there. */
const SUITE = /^[a-z][a-z0-9-]{0,63}$/;

const source = z.union(
  [
    z.enum(['github', 'apt']),
    keys({
      apt: z.array(z.string().check(z.regex(SUITE, 'the name of a Debian suite')), {
        error: wrong('a list of Debian suites, such as `[trixie]`'),
      }),
    }),
    keys({ mirror: z.string({ error: wrong(URL_OF_MIRROR) }).check(z.regex(/^https?:\/\/\S+$/, URL_OF_MIRROR)) }),
  ],
  { error: wrong('`github`, `apt`, `{ apt: [SUITE, …] }` or `{ mirror: URL }`') },
);

export const fleetSchema = keys(
  {
    kind: z.literal('Fleet'),
    name,
    external_labels: labels.optional(),
    artifacts: keys({
      sources: z
        .array(source, { error: wrong('a list of sources, such as `[github, apt]`') })
        .min(1)
        .optional(),
      pin: z
        .string({ error: wrong(A_FILE) })
        .min(1, A_FILE)
        .optional(),
    }).optional(),
    rollout: rollout.optional(),
    address: keys({
      network: z.string({ error: wrong(A_NETWORK) }).check(z.regex(NETWORK, A_NETWORK)),
    }).optional(),
    endpoint_security: security.optional(),
  },
  [],
);

export type FleetSettings = z.output<typeof fleetSchema>;
export type SourceSetting = z.output<typeof source>;
