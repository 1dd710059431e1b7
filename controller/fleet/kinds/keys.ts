import { z } from 'zod';

/** Keys of the fleet language that this version does not have yet: refused with other words than a misspelt key. */
export interface KeysMeta {
  readonly later?: readonly string[];
}

/** A mapping with these keys and no others. */
export const keys = <S extends z.core.$ZodLooseShape>(shape: S, later: readonly string[] = []) =>
  z.strictObject(shape, { error: wrong('a mapping of keys to values') }).meta({ later });

/** What must stand there, said when something else does. `Required` alone means that nothing does. */
export const wrong = (expected: string) => (issue: { code?: string; input?: unknown }) =>
  issue.code === 'unrecognized_keys' ? undefined : expected;

const NAME = /^[a-z][a-z0-9]*([._-][a-z0-9]+)*$/i;
const A_NAME = 'letters and digits with - _ or . between them, at most 63';

export const name = z.string({ error: wrong(A_NAME) }).check(z.regex(NAME, A_NAME), z.maxLength(63, A_NAME));

const HOST = /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i;
const A_HOST = 'the name of a host';
export const hostName = z.string({ error: wrong(A_HOST) }).check(z.regex(HOST, A_HOST), z.maxLength(253, A_HOST));

export const labelName = z
  .string()
  .check(z.regex(/^[a-z_][a-z0-9_]*$/i, 'a label name: letters, digits and _, not beginning with a digit'));
export const labelValue = z.string({ error: wrong('text (a number or `true` needs quotes)') });
export const labels = z.record(labelName, labelValue, { error: wrong('labels, such as `{ role: db }`') });

/** As Prometheus writes them: `90s`, `1h30m`, `15d`. */
const DURATION = /^(?=.)(\d+y)?(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?$/;
const A_DURATION = 'a duration such as `15d`, `12h` or `30s`';
export const duration = z.string({ error: wrong(A_DURATION) }).check(z.regex(DURATION, A_DURATION));

const A_SIZE = 'a size such as `512MB` or `10GB`';
const SIZE = /^\d+(B|KB|MB|GB|TB|PB|EB)$/;
export const size = z.string({ error: wrong(A_SIZE) }).check(z.regex(SIZE, A_SIZE));

/** Powers of 1024, as Prometheus counts them. */
export function sizeInBytes(written: string): number {
  const unit = written.replace(/^\d+/, '');
  return Number.parseInt(written, 10) * 1024 ** ['B', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB'].indexOf(unit);
}

export const A_FILE = 'the path of a file, relative to the folder';

const A_COUNT = 'a whole number from 1';
export const count = z.int({ error: wrong(A_COUNT) }).check(z.gte(1, A_COUNT));
