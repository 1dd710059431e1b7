import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { test } from 'vitest';
import { parse } from 'yaml';
import { specDigest } from '../../proto/digest.ts';
import { readControllerMessage, writeControllerMessage } from '../../proto/message.ts';
import { expandSecrets, findReferences, type SecretForm, scrubber } from '../../proto/secrets.ts';
import { services } from '../../proto/services.ts';
import { someUnit } from '../support/unit-specs.ts';

const put = (text: string, form: SecretForm, values: Record<string, string>): string =>
  Buffer.from(expandSecrets(Buffer.from(text), form, new Map(Object.entries(values)))).toString('utf8');

/** What breaks out of a YAML scalar, or is read as something else, if it can. */
const NASTY = [
  'a"b',
  "it's",
  'back\\slash\\n',
  'two\nlines',
  'crlf\r\n',
  'key: value # no comment',
  '- [list, {map: 1}]',
  '${secret:other}',
  '$1 $& $$',
  '\ttab',
  'null',
  '\u0001\u007f\u0085\u00a0\u2028\u2029\ufeff',
  'ünïcödé 🔐',
  '%DIRECTIVE',
  '&anchor *alias !tag |',
];

test.each(NASTY)('the value %j comes out of YAML and JSON as it went in, on the line where it stands', (value) => {
  const yaml = put('before: 1\npassword: "${secret:p}"\nafter: 2\n', 'quoted', { p: value, other: 'NEVER' });
  assert.deepEqual(parse(yaml), { before: 1, password: value, after: 2 });
  assert.equal(yaml.split('\n').length, 4);
  assert.deepEqual(JSON.parse(put('{"password":"${secret:p}"}', 'quoted', { p: value })), { password: value });
  assert.equal(put('${secret:p}\n', 'verbatim', { p: value, other: 'NEVER' }), `${value}\n`);
});

test('so does any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const read = parse(put('a: "x${secret:p}y"\n', 'quoted', { p: value })) as { a: string };
      assert.equal(read.a, `x${value}y`);
    }),
    { numRuns: 50 },
  );
});

test('what begins as a reference and is none is found, too', () => {
  const found = findReferences('a ${secret:one} ${secret:no way} ${secret:} ${secret:open\n} ${secret:a.b-c_D9}');
  assert.deepEqual(
    found.map(({ name }) => name),
    ['one', undefined, undefined, undefined, 'a.b-c_D9'],
  );
  assert.equal(found[0]?.offset, 2);
});

const VALUE = 'hunter2 & "friends"\\</end>';

test.each([
  ['as it is', `password ${VALUE} refused`],
  ['in JSON', JSON.stringify({ a: VALUE })],
  ['in a log line in quotes', `level=error err=${JSON.stringify(JSON.stringify(VALUE))}`],
  ['as Go writes JSON', '{"a":"hunter2 \\u0026 \\"friends\\"\\\\\\u003c/end\\u003e"}'],
  ['in a URL', `Get "https://x/?t=${encodeURIComponent(VALUE)}"`],
  ['in a query, as Go writes it', 'https://x/?t=hunter2+%26+%22friends%22%5C%3C%2Fend%3E'],
  ['cut off, as Go’s YAML does it', 'cannot unmarshal !!str `hunter2...` into int'],
])('a value is taken out of what programs say, %s', (_, said) => {
  const scrubbed = scrubber([{ name: 'p', value: VALUE }])(said);
  assert.doesNotMatch(scrubbed, /hunter2|friends/);
  assert.match(scrubbed, /\$\{secret:p\}/);
});

test('with control characters in it, it is taken out as Go quotes them, and piece by piece however they are written', () => {
  const scrub = scrubber([
    { name: 'p', value: 'a\u0001b\u0007c\u00ad 🔐' },
    { name: 'url', value: 'second hook://\u0001x' },
  ]);
  assert.equal(scrub('parse "a\\x01b\\ac\\u00ad 🔐": no'), 'parse "${secret:p}": no');
  assert.equal(scrub('parse "second hook://<01>x"'), 'parse "${secret:url}<01>x"');
});

test('lines of a long value are taken out, the longest secret first, and nothing where there is none', () => {
  const scrub = scrubber([
    { name: 'short', value: 'abcd' },
    { name: 'key', value: '-----BEGIN KEY-----\nMIIEabcdefg\n-----END KEY-----\n' },
  ]);
  assert.equal(scrub('x MIIEabcdefg y abcd'), 'x ${secret:key} y ${secret:short}');
  assert.equal(scrubber([])('anything'), 'anything');
});

test('an agent that knows no secrets is not sent the files that hold them', () => {
  const password = { path: 'prometheus.yml', content: Buffer.from('p: "${secret:p}"'), live: false } as const;
  const plain = { path: 'rules/a.yml', content: Buffer.from('groups: []'), live: false };
  const unit = someUnit({
    files: [{ ...password, secret: 'quoted' }, plain],
    secrets: [{ name: 'p', version: '1.ab' }],
  });
  const secrets = [{ name: 'p', version: '1.ab', value: 'hunter2' }];
  const spec = { revision: { epoch: 1, number: 1 }, units: [unit], secrets };
  const { responseSerialize, responseDeserialize } = services.Session.service.Connect;
  const wire = responseDeserialize(responseSerialize(writeControllerMessage({ kind: 'spec', spec })));
  assert.deepEqual(
    wire.spec?.units[0]?.files.map(({ path }) => path),
    ['rules/a.yml'],
  );
  const heard = readControllerMessage(wire);
  assert.ok(heard.kind === 'spec');
  assert.deepEqual(heard.spec.secrets, secrets);
  assert.equal(specDigest(heard.spec), specDigest(spec));
});
