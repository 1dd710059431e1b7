import { z } from 'zod';
import { Fault } from '../../../proto/fault.ts';
import { didYouMean } from '../../../proto/nearest.ts';
import { KINDS, type Kind, SCHEMAS } from '../kinds/kinds.ts';
import { describeKey, KIND_DESCRIPTIONS } from './descriptions.ts';

/** As draft 7 has it, which every editor reads. */
export interface JsonSchema {
  [keyword: string]: unknown;
  description?: string | undefined;
  properties?: Record<string, JsonSchema>;
}

const DRAFT = 'http://json-schema.org/draft-07/schema#';

/** Of one document of a fleet, whichever kind it has. */
export function fleetSchema(): JsonSchema {
  return {
    $schema: DRAFT,
    title: 'promfleet',
    description: 'One document of a promfleet fleet: begin with `kind`.',
    type: 'object',
    required: ['kind', 'name'],
    properties: {
      kind: {
        enum: KINDS,
        description: KINDS.map((kind) => `${kind}: ${KIND_DESCRIPTIONS[kind]}`).join('\n\n'),
      },
    },
    // Chosen by the kind, not by what fits: so an editor tells what is wrong with this kind, not with all of them.
    allOf: KINDS.map((kind) =>
      Object.fromEntries([
        ['if', { required: ['kind'], properties: { kind: { const: kind } } }],
        // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
        ['then', { $ref: `#/definitions/${kind}` }],
      ]),
    ),
    definitions: Object.fromEntries(KINDS.map((kind) => [kind, kindSchema(kind)])),
  };
}

/** @throws Fault `not_found` with the nearest kind */
export function schemaOf(kind: string): JsonSchema {
  const found = KINDS.find((one) => one.toLowerCase() === kind.toLowerCase());
  if (found) return { $schema: DRAFT, ...kindSchema(found) };
  throw new Fault('not_found', `cannot show the schema of ${kind}: there is no such kind`, {
    hint: didYouMean(kind, KINDS) ?? `the kinds are ${KINDS.join(', ')}`,
  });
}

function kindSchema(kind: Kind): JsonSchema {
  const schema = z.toJSONSchema(SCHEMAS[kind], {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
    override: ({ zodSchema, jsonSchema }) => mend(zodSchema, jsonSchema as JsonSchema),
  }) as JsonSchema;
  const { $schema: _, ...rest } = schema;
  describe(kind, rest, []);
  return { title: kind, description: KIND_DESCRIPTIONS[kind], ...rest };
}

interface Inside<D> {
  readonly _zod: { readonly def: D };
}
interface RegexDef {
  readonly pattern?: RegExp;
  readonly error?: (issue: object) => string | undefined;
}

/** Regular expressions of JSON Schema have no flags; and what is expected is said in our own words. */
function mend(zodSchema: z.core.$ZodType, schema: JsonSchema): void {
  // Of the language alone.
  delete schema['later'];
  const { _zod: schemaInside } = zodSchema as unknown as Inside<{ readonly checks?: readonly Inside<RegexDef>[] }>;
  const checks = (schemaInside.def.checks ?? []).map(({ _zod: inside }) => inside.def);
  const regexes = checks.filter((def) => def.pattern instanceof RegExp);
  const [only] = regexes;
  if (!only?.pattern || regexes.length > 1) return;
  schema['pattern'] = only.pattern.flags.includes('i') ? inBothCases(only.pattern.source) : only.pattern.source;
  const expected = only.error?.({ code: 'invalid_format' });
  if (typeof expected === 'string') schema['patternErrorMessage'] = `must be ${expected}`;
}

const inBothCases = (source: string): string =>
  source.replaceAll(/([a-z])-([a-z])/g, (range) => `${range}${range.toUpperCase()}`);

/** Every key with what it means, and what holds when it is left out. */
function describe(kind: Kind, schema: JsonSchema, path: readonly string[]): void {
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const described = describeKey(kind, [...path, key]);
    if (described) property.description = described;
    describe(kind, property, [...path, key]);
  }
  for (const inner of innerOf(schema)) describe(kind, inner, path);
}

/** What stands for the same key: the members of a list, the choices of a union, the values of a record. */
const innerOf = (schema: JsonSchema): JsonSchema[] =>
  [schema['items'], schema['additionalProperties'], schema['anyOf'], schema['oneOf'], schema['allOf']]
    .flat()
    .filter((one): one is JsonSchema => typeof one === 'object' && one !== null);
