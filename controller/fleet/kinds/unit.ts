import { z } from 'zod';
import { count, hostName, keys, labelName, labelValue, size, wrong } from './keys.ts';
import { type Rollout, rollout } from './rollout.ts';
import { type Access, access, type Security, security } from './security.ts';

const EXACT = /^\d+\.\d+\.\d+(-(rc|beta|alpha)\.?\d+)?$/;
const A_VERSION = 'an exact version in quotes, such as "1.9.0"';
export const version = z.string({ error: wrong(A_VERSION) }).check(z.regex(EXACT, A_VERSION));

const oneOrMore = z.union([labelValue, z.array(labelValue).min(1, 'at least one value')], {
  error: wrong('a value, or a list of values of which one must match'),
});

/** What hosts can be selected by, of all that they say of themselves. */
export const FACTS = ['arch', 'hostname', 'kernel', 'os', 'supervisor', 'virtualisation'] as const;
const facts = keys(Object.fromEntries(FACTS.map((fact) => [fact, oneOrMore.optional()])) as Record<Fact, Optional>);
type Fact = (typeof FACTS)[number];
type Optional = z.ZodOptional<typeof oneOrMore>;

const condition = {
  labels: z.record(z.string(), oneOrMore, { error: wrong('labels to match, such as `{ role: db }`') }).optional(),
  facts: facts.optional(),
  names: z.array(hostName, { error: wrong('a list of host names') }).optional(),
};

export const hosts = z.union(
  [
    z.literal('all'),
    z.array(hostName, { error: wrong('a list of host names') }),
    keys({ ...condition, not: keys(condition).optional() }),
  ],
  { error: wrong('`all`, a list of host names, or a match such as `{ labels: { role: db } }`') },
);

export type HostSelector = z.output<typeof hosts>;
export type Condition = Omit<Exclude<HostSelector, 'all' | string[]>, 'not'>;

const A_PORT = 'a whole number from 1 to 65535';
export const UNIT = /^[a-z][a-z0-9_-]{0,30}$/;
export const A_UNIT = 'lower-case letters, digits, - and _, at most 31, beginning with a letter';

/** Users and directories that a system has: a unit runs as the user of its own name, and owns /etc/NAME. */
const TAKEN = new Set(
  (
    'root daemon bin sys sync games man lp mail news uucp proxy www-data backup list irc gnats nobody sshd messagebus ' +
    'promfleet promfleet-agent promfleet-controller apt dpkg systemd ssh ssl pam cron default dbus docker containers sudoers'
  ).split(' '),
);

export const LISTEN = ['0.0.0.0', '127.0.0.1', '::'] as const;

export const port = z.int({ error: wrong(A_PORT) }).check(z.gte(1, A_PORT), z.lte(65_535, A_PORT));

const flag = z.union([z.string(), z.number(), z.boolean()]);
const flagValue = z.union([flag, z.array(z.union([z.string(), z.number()])).min(1, 'at least one value')], {
  error: wrong('`true`, `false`, a value, or a list of values for a flag that may be repeated'),
});

/** What every kind that becomes a unit takes. */
export const unitKeys = {
  version: version.optional(),
  hosts: hosts.optional(),
  replicas: count.optional(),
  spread_by: labelValue.optional(),
  unit: z
    .string({ error: wrong(A_UNIT) })
    .check(
      z.regex(UNIT, A_UNIT),
      z.refine((unit) => !TAKEN.has(unit) && !unit.startsWith('systemd-'), 'a name that no user of the system has'),
    )
    .optional(),
  port: port.optional(),
  listen: z.enum(LISTEN, { error: wrong('`0.0.0.0` (every address) or `127.0.0.1` (this host alone)') }).optional(),
  flags: z
    .record(z.string(), flagValue, { error: wrong('flags without their dashes, such as `{ log.level: debug }`') })
    .optional(),
  env: z
    .record(
      z.string().check(z.regex(/^(?!LD_)[A-Za-z_]\w*$/, 'the name of an environment variable, and not LD_…')),
      labelValue,
    )
    .optional(),
  limits: keys({ memory: size.optional(), open_files: count.optional() }).optional(),
  firewall: z.enum(['managed', 'none'], { error: wrong('`managed` or `none`') }).optional(),
  rollout: rollout.optional(),
  drift: z.enum(['repair', 'report'], { error: wrong('`repair` or `report`') }).optional(),
  endpoint_security: security.optional(),
  access: access.optional(),
};

export const UNIT_KEYS_LATER: string[] = [];

/** What the kinds have in common once they are read. */
export interface UnitKeys {
  readonly name: string;
  readonly version?: string | undefined;
  readonly hosts?: HostSelector | undefined;
  readonly replicas?: number | undefined;
  readonly spread_by?: string | undefined;
  readonly unit?: string | undefined;
  readonly port?: number | undefined;
  readonly listen?: (typeof LISTEN)[number] | undefined;
  readonly flags?: Readonly<Record<string, FlagValue>> | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly limits?: { readonly memory?: string | undefined; readonly open_files?: number | undefined } | undefined;
  readonly drift?: 'repair' | 'report' | undefined;
  readonly firewall?: 'managed' | 'none' | undefined;
  readonly rollout?: Rollout | undefined;
  readonly endpoint_security?: Security | undefined;
  readonly access?: Access | undefined;
}
export type FlagValue = z.output<typeof flagValue>;

export const hostLabels = z.array(labelName, { error: wrong('a list of host labels') });
