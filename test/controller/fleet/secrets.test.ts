import assert from 'node:assert/strict';
import { expect, test } from 'vitest';
import { applyFleet } from '../../../controller/fleet/apply.ts';
import { checkFolder } from '../../../controller/fleet/check-folder.ts';
import { previewFleet } from '../../../controller/fleet/preview.ts';
import { undoFleet } from '../../../controller/fleet/undo.ts';
import { listSecrets, removeSecret, rotateSecret, setSecret } from '../../../controller/secrets/set-secret.ts';
import { Fault } from '../../../proto/fault.ts';
import { type Files, folderOf, NODE, refused, showFindings } from '../../support/fleet-folder.ts';
import { openFleet, type TestFleet } from '../../support/open-fleet.ts';

const PROMETHEUS = `---
kind: Prometheus
name: main
hosts: [a]
config: prometheus.yml
scrape_configs: [{ exporter: node, basic_auth: { username: u, password: "\${secret:node_pw}" } }]
`;
const CONFIG = `# \${secret:comment} is none
remote_write:
  - url: https://x/\${secret:path}/write
    authorization: { credentials_file: token.txt }
`;
const FILES: Files = { 'fleet.yml': NODE + PROMETHEUS, 'prometheus.yml': CONFIG, 'token.txt': '${secret:token}\n' };
const NAMES = ['node_pw', 'path', 'token'];

const depsOf = (fleet: TestFleet) => ({ fleet, vault: fleet.vault });
const set = (fleet: TestFleet, name: string, value = `value of ${name}`) =>
  setSecret(depsOf(fleet), name, value, 'ann');
const rotate = (fleet: TestFleet, name: string, value: string) => rotateSecret(depsOf(fleet), name, value, 'bob');

async function withSecrets(files: Files = FILES): Promise<TestFleet> {
  const fleet = openFleet();
  fleet.enrol('a');
  fleet.enrol('b');
  for (const name of NAMES) await set(fleet, name);
  await fleet.apply(files);
  return fleet;
}

const unitOf = (fleet: TestFleet, unit = 'prometheus', host = 'a') =>
  fleet.stores.specs.find(host)?.spec.units.find(({ name }) => name === unit);

test('a spec names what its files refer to, in which version, and holds no value', async () => {
  using fleet = await withSecrets();
  const unit = unitOf(fleet);
  assert.deepEqual(
    unit?.secrets?.map(({ name, version }) => [name, version.split('.')[0]]),
    NAMES.map((name) => [name, '1']),
  );
  assert.deepEqual(
    unit?.files.filter(({ secret }) => secret).map(({ path, secret }) => [path, secret]),
    [
      ['files/token.txt', 'verbatim'],
      ['prometheus.yml', 'quoted'],
    ],
  );
  const config = Buffer.from(unit?.files.find(({ path }) => path === 'prometheus.yml')?.content ?? []).toString();
  assert.match(config, /url: "https:\/\/x\/\$\{secret:path\}\/write"/);
  assert.match(config, /password: "\$\{secret:node_pw\}"/);
  assert.equal(unitOf(fleet, 'node_exporter')?.secrets, undefined);
  assert.equal(
    fleet.stores.specs.find('b')?.spec.units.some(({ secrets }) => secrets),
    false,
  );
});

test('everything that is wrong with references is told at once, with the next move', async () => {
  using fleet = openFleet();
  fleet.enrol('a');
  await set(fleet, 'node_pass');
  const files = {
    ...FILES,
    'fleet.yml': `${NODE}flags: { web.x: "\${secret:a}" }
env: { PASSWORD: "\${secret:b}" }
${PROMETHEUS}external_labels: { c: "\${secret:c}" }
rules: [rules.yml]
`,
    'prometheus.yml': `${CONFIG}scrape_configs:
  - job_name: x
    file_sd_configs: [{ files: [targets.json] }]
    params: { "\${secret:key}": ["\${secret:bad name}"] }
`,
    'rules.yml': 'groups: [{ name: "${secret:r}" }]\n',
    'targets.json': '[{"targets":["${secret:t}"]}]',
  };
  const told = await refused(fleet.apply(files));
  expect(told).toMatchInlineSnapshot(`
    "invalid: cannot apply the fleet: there are 13 errors in it
    fleet.yml:4:17: a secret can’t stand in \`flags\`: every local user can read the words that a program is started with
        write it into a file that its native configuration names, where only the unit reads it
    fleet.yml:5:18: a secret can’t stand in \`env\`: every local user can read the unit file that holds it
        write it into a file that its native configuration names, where only the unit reads it
    fleet.yml:11:73: there is no secret \`node_pw\`
        set it: promfleet secret set node_pw < FILE
    fleet.yml:12:23: a secret can’t stand here: only native configuration is given secrets
        \`config\`, the files that it names, \`scrape_configs\` and \`target\` are native configuration
    fleet.yml:12:23: there is no secret \`c\`
        set it: promfleet secret set c < FILE
    fleet.yml:13:9: rules.yml names a secret, and rules are shown to everyone who opens the page of a Prometheus
    prometheus.yml:3:10: there is no secret \`path\`
        set it: promfleet secret set path < FILE
    prometheus.yml:7:33: targets.json names a secret, and targets are shown to everyone who opens the page of a Prometheus
    prometheus.yml:8:15: a secret can’t stand in a key, only in a value
    prometheus.yml:8:33: this is no reference to a secret
        write \${secret:NAME}: letters, digits and . _ - are allowed in a name, the first a letter or a digit
    rules.yml:1:18: there is no secret \`r\`
        set it: promfleet secret set r < FILE
    targets.json:1:15: there is no secret \`t\`
        set it: promfleet secret set t < FILE
    token.txt:1:1: there is no secret \`token\`
        set it: promfleet secret set token < FILE
    nothing was changed"
  `);
});

test('a script is given none, and parts of its own variables are no references', () => {
  const run = '#!/bin/bash\nsecret=abc; echo "${secret:0:2}"\ncurl -u u:${secret:db_pw} http://localhost\n';
  const files = {
    'fleet.yml': `${NODE}textfile_scripts: [{ name: x, every: 60s, run: scripts/x.sh }]\n`,
    'scripts/x.sh': run,
  };
  expect(showFindings(checkFolder(folderOf(files)).findings)).toMatchInlineSnapshot(`
    "scripts/x.sh:3:11: a script can’t be given a secret: \${secret:db_pw} is a part of a variable to its shell
        let it read a file of the host that its unit’s user may read"
  `);
});

test('between brackets a reference needs quotes, and that is said', async () => {
  const files = { 'fleet.yml': 'kind: Prometheus\nname: main\nconfig: p.yml\n', 'p.yml': 'a: { b: ${secret:x} }\n' };
  expect(showFindings(checkFolder(folderOf(files)).findings)).toMatchInlineSnapshot(`
    "p.yml:1:10: cannot read YAML: unexpected flow-map-start at node end
        between brackets write a reference in quotes: "\${secret:NAME}"
    p.yml:1:11: cannot read YAML: unexpected scalar at node end
        between brackets write a reference in quotes: "\${secret:NAME}"
    p.yml:1:21: cannot read YAML: unexpected flow-map-end token in YAML stream: "}"
        between brackets write a reference in quotes: "\${secret:NAME}""
  `);
});

test('check without a controller lists the names that it needs', () => {
  const { findings, secrets } = checkFolder(folderOf(FILES));
  assert.deepEqual([findings, secrets], [[], NAMES]);
});

test('a secret that no unit uses is a note', async () => {
  using fleet = await withSecrets();
  await set(fleet, 'spare');
  const { plan } = await previewFleet(fleet, { folder: 'fleet', files: folderOf(FILES), discardOverrides: false });
  assert.equal(plan.changes, false);
  expect(showFindings(plan.notes)).toMatchInlineSnapshot(`
    "no unit uses the secret \`spare\`
        if nothing will: promfleet secret remove spare"
  `);
});

test('a rotation is a revision of its own: a reload of what uses the secret, and of nothing else', async () => {
  using fleet = await withSecrets();
  const before = fleet.stores.revisions.latest();
  fleet.woken.length = 0;
  const { applied, number } = await rotate(fleet, 'token', 'hunter2');
  assert.equal(number, 2);
  assert.deepEqual(
    applied?.plan.units
      .filter(({ action }) => action !== 'nothing')
      .map(({ host, unit, action, why, diff }) => [host, unit, action, why, diff]),
    [['a', 'prometheus', 'reload', ['secret changed: token'], '']],
  );
  assert.deepEqual(fleet.woken, [['a']]);
  const after = fleet.stores.revisions.latest();
  assert.equal(after?.revision.number, (before?.revision.number ?? 0) + 1);
  assert.deepEqual([after?.actor, after?.note], ['bob', 'secret token rotated']);
  assert.deepEqual(
    fleet.vault.open(unitOf(fleet)?.secrets ?? []).map(({ value }) => value),
    ['value of node_pw', 'value of path', 'hunter2'],
  );
  assert.deepEqual(
    listSecrets(depsOf(fleet)).map(({ name, number, setBy, units }) => [name, number, setBy, units]),
    [
      ['node_pw', 1, 'ann', ['prometheus@a']],
      ['path', 1, 'ann', ['prometheus@a']],
      ['token', 2, 'bob', ['prometheus@a']],
    ],
  );
  // What was wanted before the rotation is gone back to with the value that there is now.
  await fleet.apply({ 'fleet.yml': NODE }, { allowRemove: 1 });
  await undoFleet(fleet, undefined, 'ann');
  assert.equal(fleet.vault.open(unitOf(fleet)?.secrets ?? [])[2]?.value, 'hunter2');
});

test('a value that the tool refuses is not taken, and is nowhere in what is said of it', async () => {
  using fleet = await withSecrets();
  const revision = fleet.stores.revisions.latest()?.revision;
  const told = await refused(rotate(fleet, 'path', 'WRONG'));
  assert.match(told, /cannot use the new value of the secret path in the fleet: there is 1 error in it/);
  assert.match(told, /prometheus.yml:3:\d+: promtool .*: field \$\{secret:path\} not found/);
  assert.deepEqual(fleet.stores.revisions.latest()?.revision, revision);
  assert.equal(fleet.stores.secrets.find('path')?.number, 1);
});

test('set makes, rotate replaces, remove takes away what nothing names: each says what it is not', async () => {
  using fleet = await withSecrets();
  await set(fleet, 'spare');
  const deps = depsOf(fleet);
  const removed = async (name: string) => removeSecret(deps, name, 'ann');
  const told = [
    await refused(set(fleet, 'token')),
    await refused(rotate(fleet, 'tokn', 'hunter2')),
    await refused(rotate(fleet, 'nothing-like-it', 'hunter2')),
    await refused(removed('token')),
    await refused(removed('sparse')),
    await refused(set(fleet, 'no/name')),
    await refused(set(fleet, 'x', '')),
    await refused(set(fleet, 'x', 'abc')),
    await refused(set(fleet, 'x', 'a\0bcd')),
    await refused(set(fleet, 'x', 'y'.repeat(70_000))),
  ];
  expect(told.join('\n')).toMatchInlineSnapshot(`
    "conflict: cannot set the secret token: there is one of that name
    to give it another value: promfleet secret rotate token
    not_found: cannot rotate the secret tokn: there is none of that name
    did you mean \`token\`?
    not_found: cannot rotate the secret nothing-like-it: there is none of that name
    to make it: promfleet secret set nothing-like-it
    conflict: cannot remove the secret token: the fleet names it
    fleet/token.txt:1:1: \${secret:token} stands in it
    take it out there and apply, then remove it
    not_found: cannot remove the secret sparse: there is none of that name
    did you mean \`spare\`?
    invalid: cannot set a secret of the name "no/name"
    letters, digits and . _ - are allowed, 63 at most, the first a letter or a digit
    invalid: cannot set the secret x: its value is empty
    pipe it in: promfleet secret set NAME < FILE
    invalid: cannot set the secret x: its value has fewer than 4 characters
    so short a word could be kept out of no log, and is quickly guessed: choose a longer one, or write it into the file itself
    invalid: cannot set the secret x: its value is not UTF-8 text
    of bytes, set the base64, where what reads it takes that
    invalid: cannot set the secret x: its value has 70000 bytes, and 65536 are the most"
  `);
  await removed('spare');
  assert.equal(fleet.stores.secrets.find('spare'), undefined);
  const events = fleet.stores.events.list({ after: 0, limit: 100 });
  assert.deepEqual(
    events.filter(({ kind }) => kind.startsWith('Secret')).map(({ message }) => message),
    [...NAMES, 'spare'].map((name) => `ann set secret ${name}`).concat('ann removed secret spare'),
  );
});

test('an apply that was worked out before a rotation does not bring the old version back', async () => {
  using fleet = await withSecrets();
  let rotated: Promise<unknown> | undefined;
  const slow = {
    ...fleet,
    library: {
      ...fleet.library,
      async unpacked(sha256: string) {
        rotated ??= rotate(fleet, 'token', 'hunter2');
        await rotated;
        return fleet.library.unpacked(sha256);
      },
    },
  };
  const files = folderOf({ ...FILES, 'prometheus.yml': `${CONFIG}global: { scrape_interval: 7s }\n` });
  const consent = { base: undefined, allowRemove: 0, allowEmpty: false, discardOverrides: false, note: '' };
  await applyFleet(slow, { ...consent, folder: 'fleet', files }, 'ann');
  assert.ok(rotated);
  assert.equal(fleet.vault.open(unitOf(fleet)?.secrets ?? [])[2]?.value, 'hunter2');
});

test('a secret whose key is gone is told at plan time, and a refresh of the inventory goes on', async () => {
  using fleet = await withSecrets();
  const row = fleet.stores.secrets.find('token');
  assert.ok(row);
  fleet.stores.secrets.put({ ...row, keyId: 'another' });
  const preview = previewFleet(fleet, { folder: 'fleet', files: folderOf(FILES), discardOverrides: false });
  await assert.rejects(preview, (fault: Fault) => {
    expect(showFindings(fault.findings)).toMatchInlineSnapshot(`
      "token.txt:1:1: the secret \`token\` can’t be read: it was sealed with a key that is not there
          bring that key back, or give it another value: promfleet secret rotate token < FILE"
    `);
    return true;
  });
  await rotate(fleet, 'path', 'another path');
  await rotate(fleet, 'token', 'hunter2');
  assert.equal(fleet.vault.open(unitOf(fleet)?.secrets ?? [])[2]?.value, 'hunter2');
});
