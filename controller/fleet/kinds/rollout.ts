import { z } from 'zod';
import { count, duration, keys, wrong } from './keys.ts';

const A_PART = 'a number of hosts from 1, or a part of them such as `25%`';
const A_WINDOW = 'days, hours and a time zone, such as `Mon-Fri 09:00-17:00 Europe/Berlin`';
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
const TIME = '([01]\\d|2[0-3]):[0-5]\\d';
const WINDOW = new RegExp(`^(\\S+) (${TIME})-(${TIME}) (\\S+)$`);

/** The policy by which changes go from host to host. */
export const rollout = keys({
  canary: z
    .int({ error: wrong('a number of hosts, 0 for none') })
    .check(z.gte(0, 'a number of hosts, 0 for none'))
    .optional(),
  max_unavailable: z
    .union([count, z.string().check(z.regex(/^([1-9]\d?|100)%$/, A_PART))], { error: wrong(A_PART) })
    .optional(),
  bake: duration.optional(),
  settle: duration.optional(),
  health_timeout: duration.optional(),
  on_failure: z.enum(['rollback', 'halt'], { error: wrong('`rollback` or `halt`') }).optional(),
  windows: z
    .array(z.string({ error: wrong(A_WINDOW) }).check(z.refine(isWindow, A_WINDOW)), {
      error: wrong('a list such as `["Mon-Fri 09:00-17:00 Europe/Berlin"]`'),
    })
    .optional(),
  silence: z.boolean({ error: wrong('`true` or `false`') }).optional(),
});

export type Rollout = z.output<typeof rollout>;

/** Hours that end before they begin go on into the next day. */
function isWindow(written: string): boolean {
  const [, days = '', from, , to, , zone = ''] = WINDOW.exec(written) ?? [];
  return from !== undefined && from !== to && days.split(',').every(areDays) && isZone(zone);
}

function areDays(written: string): boolean {
  const ends = written.split('-');
  return ends.length <= 2 && ends.every((day) => (DAYS as readonly string[]).includes(day));
}

/** A name of the time zone database: an offset would be wrong for half of the year. */
function isZone(zone: string): boolean {
  if (!/^[A-Z][\w+-]*(\/[\w+-]+)*$/i.test(zone)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
