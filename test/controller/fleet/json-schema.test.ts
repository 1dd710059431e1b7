import assert from 'node:assert/strict';
import { Ajv } from 'ajv';
import { test } from 'vitest';
import { fleetSchema, type JsonSchema, schemaOf } from '../../../controller/fleet/json-schema/json-schema.ts';
import { KINDS } from '../../../controller/fleet/kinds/kinds.ts';
import { readFleet } from '../../../controller/fleet/read-fleet.ts';
import { toValue } from '../../../controller/fleet/tree.ts';
import { Fault } from '../../../proto/fault.ts';
import { CORPUS } from '../../fuzz/corpus.ts';
import { folderOf } from '../../support/fleet-folder.ts';

// Words for editors beyond the standard are none of a validator's business.
const ajv = new Ajv({ strict: false, allErrors: true });
const validate = ajv.compile(fleetSchema());

const documentsOf = (yaml: string) =>
  readFleet([{ folder: 'f', shownAs: '', files: folderOf({ 'f.yaml': yaml }) }]).documents.map(({ tree }) =>
    toValue(tree),
  );
const judge = (yaml: string): string[] =>
  documentsOf(yaml).flatMap((document) => {
    validate(document);
    return (validate.errors ?? [])
      .filter(({ keyword }) => keyword !== 'if')
      .map(({ instancePath, keyword, params }) => {
        const { additionalProperty: key, missingProperty: missing } = params as Record<string, string | undefined>;
        return [instancePath, keyword, key ?? missing].filter(Boolean).join(' ');
      });
  });

test('fleets that are right are right by the schema', () => {
  for (const folder of CORPUS) {
    const { documents } = readFleet([{ folder: folder.name, shownAs: '', files: folder.files }]);
    assert.notEqual(documents.length, 0);
    for (const { tree } of documents) {
      assert.ok(validate(toValue(tree)), `${folder.name} ${tree.place.line}: ${JSON.stringify(validate.errors)}`);
    }
  }
  assert.deepEqual(judge('kind: Host\nname: DB-1.Example\naddress: FE80::1\n'), [], 'names are in either case');
});

test('what is wrong is marked, by the words of its own kind alone', () => {
  assert.deepEqual(judge('kind: Exporter\nname: node\ncomponent: node_exporter\nprot: 1\n'), [
    'additionalProperties prot',
  ]);
  assert.deepEqual(judge('kind: Promtheus\nname: a\n'), ['/kind enum']);
  assert.deepEqual(judge('kind: Prometheus\n'), ['required name', 'required name']);
  assert.deepEqual(judge('kind: Prometheus\nname: a\nport: "9090"\nretention: { time: 5x }\n'), [
    '/port type',
    '/retention/time pattern',
  ]);
  assert.deepEqual(judge('kind: Host\nname: a\nlabels: { role: 7 }\n'), ['/labels/role type']);
  assert.deepEqual(
    judge('kind: Exporter\nname: a\ncomponent: b\ndrift: never\ntarget: { anything: { is: native } }\n'),
    ['/drift enum'],
  );
});

test('every key of every kind says what it means', () => {
  const silent: string[] = [];
  const visit = (schema: JsonSchema, path: string): void => {
    for (const [key, property] of Object.entries(schema.properties ?? {})) {
      if (!property.description) silent.push(`${path}.${key}`);
      visit(property, `${path}.${key}`);
    }
    for (const inner of [schema['items'], schema['additionalProperties'], schema['anyOf']].flat()) {
      if (typeof inner === 'object' && inner !== null) visit(inner as JsonSchema, path);
    }
  };
  for (const kind of KINDS) {
    const schema = schemaOf(kind);
    if (!schema.description) silent.push(kind);
    visit(schema, kind);
  }
  assert.deepEqual(silent, [], 'write what these mean in controller/fleet/json-schema/descriptions.ts');
});

test('one kind’s schema is had by its name; an editor is told in our words', () => {
  const prometheus = schemaOf('prometheus');
  assert.equal(prometheus['$schema'], 'http://json-schema.org/draft-07/schema#');
  assert.ok(ajv.validate(prometheus, { kind: 'Prometheus', name: 'main' }));
  const name = prometheus.properties?.['name'];
  assert.match(String(name?.['patternErrorMessage']), /^must be letters and digits/);
  assert.equal(JSON.stringify(fleetSchema()).includes('"later"'), false);
  assert.throws(
    () => schemaOf('Promtheus'),
    (error) => error instanceof Fault && error.hint === 'did you mean `Prometheus`?',
  );
});
