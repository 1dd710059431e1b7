import assert from 'node:assert/strict';
import { test } from 'vitest';
import { readDigestList } from '../../../agent/narrowing/digest-list.ts';
import { readSettings } from '../../../agent/narrowing/read-settings.ts';

const read = (text: string) => readSettings('agent.yaml', text, '/var/lib');
const digest = 'ab'.repeat(32);

test('all that it can say is read', () => {
  const { settings, digestsFile, findings } = read(`
address: 10.1.2.3
on_refusal: stop
allow:
  units: [node_exporter]
  run_as_users: [node_exporter]
  writable_directories: [/var/lib/node_exporter, /srv]
  ports: [9100, 9200-9299]
  capabilities: [CAP_NET_RAW]
  release_digests: [sha256:${digest}]
  release_digests_file: /etc/promfleet/releases.sha256
  unit_memory: 2GB
  scripts: false
  logs: false
  queries: false
  commands: false
`);
  assert.deepEqual(findings, []);
  assert.equal(digestsFile, '/etc/promfleet/releases.sha256');
  assert.deepEqual(settings, {
    address: '10.1.2.3',
    stopRefused: true,
    allow: {
      units: ['node_exporter'],
      runAsUsers: ['node_exporter'],
      writableDirectories: ['/var/lib/node_exporter', '/srv'],
      dataDirectory: '/var/lib',
      ports: ['9100', '9200-9299'],
      capabilities: ['CAP_NET_RAW'],
      releaseDigests: [digest],
      unitMemoryBytes: 2 * 1024 ** 3,
      scripts: false,
      logs: false,
      queries: false,
      commands: false,
    },
  });
});

test('what is left out narrows nothing; an empty list allows none', () => {
  for (const empty of ['', '# nothing\n', '---\n', '~']) assert.equal(read(empty).settings.allow, undefined);
  const { allow } = read('allow: { ports: [] }').settings;
  assert.deepEqual([allow?.ports, allow?.units, allow?.scripts], [[], undefined, true]);
});

const WRONG: readonly [string, string, string][] = [
  ['a misspelt key', 'allow:\n  port: [9100]\n', '2:3 there is no key `port` here; did you mean `ports`?'],
  [
    'a key at the wrong level',
    'ports: [9100]\n',
    '1:1 there is no key `ports` here; the keys are address, allow, on_refusal',
  ],
  ['no list', 'allow:\n  units: node_exporter\n', '2:10 expected a list, each a unit name, such as `node_exporter`'],
  ['yes and no', 'allow:\n  scripts: no\n', '2:12 expected `true` or `false`'],
  [
    'nothing after a key',
    'allow:\n  ports:\n',
    '2:3 `ports` has no value; leave the key out to allow all; `[]` allows none',
  ],
  [
    'nothing allowed and nothing said',
    'allow:\n',
    '1:1 `allow` has no value; leave the key out to allow all; `[]` allows none',
  ],
  ['a range upside down', 'allow: { ports: [9200-9100] }', '1:18 expected a port, or a range such as `9100-9199`'],
  ['a port too high', 'allow: { ports: [99999] }', '1:18 expected a port, or a range such as `9100-9199`'],
  [
    'a number as it is not written',
    'allow: { ports: [0x238c] }',
    '1:18 expected a port, or a range such as `9100-9199`',
  ],
  [
    'a relative directory',
    'allow: { writable_directories: [srv] }',
    '1:33 expected an absolute path, with no `/` at its end',
  ],
  ['half a digest', 'allow: { release_digests: [abc] }', '1:28 expected a sha256: 64 hexadecimal digits in lower case'],
  ['a size of no unit', 'allow: { unit_memory: 200 }', '1:23 expected a size such as `512MB` or `4GB`'],
  ['a list for a word', 'address: [10.0.0.1]', '1:10 expected a name or an IP address, with no port'],
  ['a port in an address', 'address: "10.0.0.1:9100"', '1:10 expected a name or an IP address, with no port'],
  ['a list for all', '- units\n', '1:1 expected keys: address, allow, on_refusal'],
  ['a key twice', 'allow: {}\nallow: {}\n', '2:1 this key is written twice'],
  ['two documents', 'allow: {}\n---\nallow: { ports: [1] }\n', '2:1 a second document begins here: it has one alone'],
  ['an alias', 'allow: { units: &a [x], run_as_users: *a }', '1:39 expected a list, each the name of a user'],
  [
    'a merge',
    'x: &a { ports: [] }\nallow: { <<: *a }\n',
    '1:1 there is no key `x` here; the keys are address, allow, on_refusal',
  ],
  [
    'no YAML',
    'allow: [',
    '1:9 cannot read YAML: flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
];
for (const [what, text, says] of WRONG) {
  test(`${what} is refused at its place`, () => {
    const [first] = read(text).findings;
    const hint = first?.hint ? `; ${first.hint}` : '';
    assert.equal(`${first?.line}:${first?.column} ${first?.message}${hint}`, says);
  });
}

test('a list of digests is what sha256sum prints, and nothing else', () => {
  const text = `${digest}  node_exporter.tar.gz\n\n${digest} *b\n\\${digest}  a\\\\b\n`;
  assert.deepEqual(readDigestList('list', text), { digests: [digest, digest, digest], findings: [] });
  const wrong = readDigestList('list', `${digest}  a\n# comment\n${digest.toUpperCase()}  b\n`);
  assert.deepEqual(
    wrong.findings.map(({ file, line }) => `${file}:${line}`),
    ['list:2', 'list:3'],
  );
});
