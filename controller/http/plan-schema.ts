import { z } from 'zod';

const list = <T extends z.ZodType>(of: T) => z.array(of).readonly();
const text = z.string();
const whole = z.int().nonnegative();

export const finding = z
  .object({
    file: text.optional(),
    line: whole.optional(),
    column: whole.optional(),
    message: text,
    hint: text.optional(),
  })
  .readonly();
export const revision = z.object({ epoch: whole, number: whole }).readonly();

export const UNIT_ACTIONS = ['remove', 'install', 'restart', 'reload', 'update', 'stop', 'start', 'nothing'] as const;
/** `unit@host`, several with a comma when the same holds for each. */
const replicas = text;
export const plan = z
  .object({
    /** Of this shape. It grows by keys alone; what a key means does not change. */
    format: z.literal(1),
    base: revision,
    changes: z.boolean(),
    units: list(
      z
        .object({
          host: text,
          unit: text,
          action: z.enum(UNIT_ACTIONS),
          why: list(text),
          fromVersion: text,
          toVersion: text,
          diff: text,
        })
        .readonly(),
    ),
    targets: list(z.object({ prometheus: replicas, job: text, gained: list(text), lost: list(text) }).readonly()),
    scrapes: list(z.object({ prometheus: replicas, job: text, before: whole, after: whole }).readonly()),
    rules: list(
      z
        .object({
          prometheus: replicas,
          kind: z.enum(['record', 'alert']),
          group: text,
          name: text,
          change: z.enum(['gained', 'lost', 'changed']),
          from: text,
          to: text,
        })
        .readonly(),
    ),
    series: list(
      z
        .object({
          prometheus: replicas,
          now: whole.nullable(),
          change: z.int(),
          perCent: z.number().nullable(),
          measured: z.boolean(),
        })
        .readonly(),
    ),
    /** Seconds. */
    gaps: list(
      z.object({ units: replicas, what: text, least: z.number(), most: z.number().nullable(), why: text }).readonly(),
    ),
    pairs: list(z.object({ resource: text, units: list(text), restarts: list(list(text)) }).readonly()),
    oneWay: list(finding),
    releases: list(
      z.object({ component: text, version: text, build: text, arch: text, sha256: text, source: text }).readonly(),
    ),
    notes: list(finding),
  })
  .readonly();
