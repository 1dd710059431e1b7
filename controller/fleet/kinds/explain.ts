import type { z } from 'zod';
import type { Finding } from '../../../proto/fault.ts';
import { didYouMean } from '../../../proto/nearest.ts';
import { finding } from '../place.ts';
import { at, keyPlaceAt, type Path, placeAt, type Tree } from '../tree.ts';
import type { KeysMeta } from './keys.ts';

type Schema = z.core.$ZodType;
type Issue = z.core.$ZodIssue;

/** What a schema holds against a document, each at its place and in an operator's words. */
export function explainIssues(kind: string, schema: z.ZodType, tree: Tree, issues: readonly Issue[]): Finding[] {
  return issues.flatMap((issue) => explain({ kind, tree, schema, base: [] }, issue));
}

interface Around {
  readonly kind: string;
  readonly tree: Tree;
  readonly schema: Schema;
  /** Where in the document the schema applies. */
  readonly base: Path;
}

function explain(around: Around, issue: Issue): Finding[] {
  const inner = issue.path as Path;
  const path = [...around.base, ...inner];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => explainKey(around, inner, [...path, key]));
  if (issue.code === 'invalid_union') {
    const options = optionsOf(schemaAt(around.schema, inner));
    const near = issue.errors.findIndex((errors) => errors.every((error) => error.path.length > 0 || isKeys(error)));
    const schema = options[near];
    if (schema) return issue.errors[near]?.flatMap((error) => explain({ ...around, schema, base: path }, error)) ?? [];
  }
  if (issue.code === 'invalid_key') {
    return [finding(keyPlaceAt(around.tree, path), `\`${path.at(-1)}\` must be ${issue.issues[0]?.message}`)];
  }
  return [explainValue(around, path, issue.message)];
}

const isKeys = (issue: Issue): boolean => issue.code === 'unrecognized_keys';

function explainKey({ kind, tree, schema }: Around, owner: Path, path: Path): Finding {
  const key = String(path.at(-1));
  const place = keyPlaceAt(tree, path);
  const within = path.length > 1 ? `\`${showPath(path.slice(0, -1))}\` of ${kind}` : kind;
  const here = schemaAt(schema, owner);
  const later = laterOf(here).includes(key);
  if (later) return finding(place, `\`${key}\` of ${within} is not in this version of promfleet yet`, 'leave it out');
  const known = Object.keys(shapeOf(here)).filter((one) => one !== 'kind');
  return finding(place, `${within} has no key \`${key}\``, didYouMean(key, known) ?? `it has ${known.join(', ')}`);
}

function explainValue({ kind, tree }: Around, path: Path, expected: string): Finding {
  const found = at(tree, path);
  const what = path.length > 0 ? `\`${showPath(path)}\`` : kind;
  if (!found) return finding(placeAt(tree, path), `${kind} needs ${what}: ${expected}`);
  return finding(found.place, `${what} must be ${expected}, not ${showFound(found)}`);
}

function showFound(tree: Tree): string {
  if (tree.kind === 'map') return 'a mapping';
  if (tree.kind === 'list') return tree.items.length > 0 ? 'a list' : 'an empty list';
  if (tree.value === null) return 'nothing';
  return tree.quoted ? JSON.stringify(tree.text) : `\`${tree.text}\``;
}

export function showPath(path: Path): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${step}`))
    .join('');
}

interface Def {
  readonly type: string;
  readonly innerType?: Schema;
  readonly shape?: Record<string, Schema>;
  readonly element?: Schema;
  readonly valueType?: Schema;
  readonly options?: readonly Schema[];
}

function defOf(schema: Schema | undefined): Def | undefined {
  const def = (schema as z.ZodType | undefined)?.def as Def | undefined;
  return def?.innerType ? defOf(def.innerType) : def;
}

/** A choice between several mappings has the keys of them all. */
function shapeOf(schema: Schema | undefined): Record<string, Schema> {
  const def = defOf(schema);
  return def?.shape ?? Object.assign({}, ...(def?.options ?? []).map(shapeOf));
}

const optionsOf = (schema: Schema | undefined): readonly Schema[] => defOf(schema)?.options ?? [];

function laterOf(schema: Schema | undefined): readonly string[] {
  const def = (schema as z.ZodType | undefined)?.def as Def | undefined;
  if (def?.innerType) return laterOf(def.innerType);
  if (def?.options) return def.options.flatMap(laterOf);
  return ((schema as z.ZodType | undefined)?.meta() as KeysMeta | undefined)?.later ?? [];
}

function schemaAt(schema: Schema, path: Path): Schema | undefined {
  let here: Schema | undefined = schema;
  for (const step of path) {
    const def = defOf(here);
    here = def?.element ?? def?.valueType ?? shapeOf(here)[String(step)];
  }
  return here;
}
