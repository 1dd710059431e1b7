import { expandedSize, SECRET_FORMS, SECRET_NAME, type SecretValue } from '../../proto/secrets.ts';
import type { UnitSpec } from '../../proto/spec.ts';

const MOST_SECRETS = 1_000;
/** What the files of one unit that hold secrets may come to. */
const MOST_BYTES = 16 * 1024 * 1024;

/** The values that a unit refers to, by name; those that did not come are not there. */
export function valuesOf(unit: UnitSpec, secrets: readonly SecretValue[] = []): ReadonlyMap<string, string> {
  const values = new Map(secrets.map(({ name, version, value }) => [`${version} ${name}`, value]));
  return new Map(
    (unit.secrets ?? []).flatMap(({ name, version }) => {
      const value = values.get(`${version} ${name}`);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** A file with a reference where the value should be would be loaded: a program takes it for a password. */
export function* refuseSecrets(unit: UnitSpec, secrets: readonly SecretValue[] | undefined) {
  const references = unit.secrets ?? [];
  if (references.length > MOST_SECRETS) {
    yield `it has ${references.length} secrets, more than ${MOST_SECRETS}`;
    return;
  }
  const values = valuesOf(unit, secrets);
  for (const { name } of references) {
    if (!SECRET_NAME.test(name)) yield `${JSON.stringify(name)} is no name of a secret`;
    else if (!values.has(name)) yield `the value of its secret ${name} did not come with it`;
  }
  const files = unit.files.filter((file) => file.secret !== undefined);
  for (const { path, live, secret } of files) {
    if (!SECRET_FORMS.some((form) => form === secret)) yield `how secrets stand in ${path} is not known to this agent`;
    if (live) yield `${path} is watched, and can’t hold secrets`;
  }
  const size = files.reduce((sum, { content }) => sum + expandedSize(content, values), 0);
  if (size > MOST_BYTES) yield 'its files are too large once their secrets are in them';
}
