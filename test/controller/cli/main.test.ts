import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, test } from 'vitest';
import { buildProgram } from '../../../controller/cli/main.ts';
import { specDigest } from '../../../proto/digest.ts';
import { hostReport, unitReport } from '../../support/samples.ts';
import { serveTestApi, type TestApi } from '../../support/serve-test-api.ts';
import { type Typing, typeCommand } from '../../support/type-command.ts';

const FLEET = `kind: Fleet
name: example
artifacts: { sources: [github] }
---
kind: Exporter
name: node
component: node_exporter
version: "1.9.0"
hosts: all
`;

let api: TestApi;
let folder: string;
beforeAll(async () => {
  api = await serveTestApi();
  folder = join(api.directory, 'fleet');
  mkdirSync(folder);
  writeFileSync(join(folder, 'fleet.yaml'), FLEET);
});
afterAll(() => api[Symbol.asyncDispose]());

const run = (argv: readonly string[], typing: Typing = {}) => typeCommand(['--socket', api.socket, ...argv], typing);

/** An agent that does at once whatever it is told, or fails at it. */
function obey(host: string, unit = unitReport({ name: 'node_exporter', version: '1.9.0' })): void {
  const session = api.connect(host, (says) => {
    if (says.kind !== 'spec') return;
    const { spec } = says;
    const converged = unit.state === 'ready';
    const report = hostReport({ revision: spec.revision, specDigest: specDigest(spec), converged, units: [unit] });
    setImmediate(() => session.hear({ kind: 'report', report }));
  });
}

test('every verb explains itself with an example, and takes -o', () => {
  const program = buildProgram({ version: '0.1.0' } as never);
  const shown = (command: (typeof program.commands)[number]): void => {
    let help = '';
    command.configureOutput({ writeOut: (text) => (help += text), getOutHelpWidth: () => 80 });
    command.outputHelp();
    if (command.commands.length === 0) {
      assert.match(help, /\nExamples?:\n {2}promfleet /, command.name());
      assert.match(help, /--output/, command.name());
    }
    command.commands.filter((sub) => sub.name() !== 'words').forEach(shown);
  };
  program.commands.forEach(shown);
});

test('a mistyped verb or flag is answered with the nearest, and code 1', async () => {
  const verb = await run(['statsu']);
  assert.equal(verb.code, 1);
  assert.match(verb.err, /Did you mean status\?/);
  const flag = await run(['status', '--ouptut', 'json']);
  assert.match(flag.err, /Did you mean --output\?/);
});

test('a word too many is not said again: it may be a secret', async () => {
  const { code, err } = await run(['secret', 'set', 'mail', 'hunter2']);
  assert.equal(code, 1);
  assert.equal(err.split('\n')[0], "promfleet: too many arguments for 'set'. Expected 1 argument but got 2.");
  assert.doesNotMatch(err, /hunter2/);
});

test('check needs no controller: 0 when a folder is in order; else 1 and every finding where an editor can open it', async () => {
  const good = await typeCommand(['check', '-f', folder]);
  assert.equal(good.code, 0, good.out + good.err);
  const empty = join(api.directory, 'empty');
  mkdirSync(empty);
  const nothing = await run(['check', '-f', empty]);
  assert.deepEqual([nothing.code, /no file in it holds a `kind:`/.test(nothing.err)], [1, true]);
  assert.match(good.out, /reads well: 1 Fleet, 1 Exporter\.\n +Checked without a controller/);
  const broken = join(api.directory, 'broken');
  mkdirSync(broken);
  writeFileSync(join(broken, 'fleet.yaml'), FLEET.replace('"1.9.0"', '1.10').replace('hosts', 'hots'));
  const bad = await typeCommand(['check', '-f', broken]);
  assert.equal(bad.code, 1);
  assert.match(bad.out, new RegExp(`^${broken}/fleet.yaml:8:\\d+: `, 'm'));
  assert.match(bad.out, /:9:1: .*hots/);
  const refused = await run(['plan', '-f', broken]);
  assert.equal(refused.code, 1);
  assert.match(refused.err, /cannot plan the fleet: there are 2 errors/);
  assert.match(refused.err, new RegExp(`^${broken}/fleet.yaml:8:\\d+: `, 'm'));
  assert.equal((await typeCommand(['check', '-f', join(api.directory, 'nowhere')])).code, 1);
});

test('plan exits 2 when there is something to do and 0 when there is not; apply shows it, asks, and follows', async () => {
  api.enrol('db-1');
  obey('db-1');
  const plan = await run(['plan', '-f', folder]);
  assert.equal(plan.code, 2, plan.err);
  assert.match(plan.out, /^\+ install {2}node_exporter@db-1 +1\.9\.0$/m);

  const nobody = await run(['apply', '-f', folder]);
  assert.equal(nobody.code, 1);
  assert.match(nobody.err, /not a terminal\n +say --yes/);
  const no = await run(['apply', '-f', folder], { answers: ['n'] });
  assert.equal(no.code, 1);
  assert.match(no.err, /Apply this\? \[y\/N\] promfleet: nothing was changed/);

  const applied = await run(['apply', '-f', folder, '--note', 'first'], { answers: ['y'] });
  assert.equal(applied.code, 0, applied.err);
  assert.match(applied.err, /node_exporter@db-1 {2}ready/);
  assert.match(applied.err, /Every host confirmed revision 1, \d\.\d s after/);
  assert.equal((await run(['plan', '-f', folder])).code, 0);
  assert.match((await run(['apply', '-f', folder])).err, /^Every host is what revision 1 says\.$/m);
});

test('status exits 0 while all is as it should be, as a table, JSON or YAML', async () => {
  const table = await run(['status']);
  assert.equal(table.code, 0, table.out);
  assert.match(table.out, /All is as it should be: 1 unit on 1 host/);
  assert.equal((JSON.parse((await run(['status', '-o', 'json'])).out) as { converged: boolean }).converged, true);
  assert.match((await run(['-o', 'yaml', 'status'])).out, /^converged: true$/m);
  assert.equal((await run(['diff'])).code, 0);
});

test('history tells who, why and what', async () => {
  assert.match((await run(['history'])).out, /1 {2}\S+ \S+ {2}apply {2}unix:ada {2}first/);
  assert.match((await run(['history', '1'])).out, /fleet\/fleet\.yaml added[\s\S]*\+kind: Fleet/);
  assert.equal((await run(['history', '99'])).code, 1);
  assert.match((await run(['get', 'Exporter', 'node'])).out, /component: node_exporter/);
  assert.match((await run(['get', 'Exporter', 'nod'])).err, /it has node/);
});

test('an apply that a host fails ends with 1, the reason, and the last lines of its log', async () => {
  const lastLines = ['level=error msg="no such flag"'];
  const message = 'it exited with code 2';
  obey('db-1', unitReport({ name: 'node_exporter', state: 'failed', message, lastLines, version: '' }));
  writeFileSync(join(folder, 'fleet.yaml'), FLEET.replace('1.9.0', '1.11.1'));
  const failed = await run(['apply', '-f', folder, '--yes']);
  assert.equal(failed.code, 1);
  assert.match(failed.err, /node_exporter@db-1: it exited with code 2\n {4}│ level=error msg="no such flag"/);
  assert.match(failed.err, /promfleet undo/);
  const again = await run(['apply', '-f', folder, '--yes']);
  assert.equal(again.code, 1);
  assert.match(again.err, /nothing new was stored: revision 2 stands, and not every host is what it says/);
  assert.doesNotMatch(again.err, /promfleet undo/);
  const status = await run(['status']);
  assert.equal(status.code, 1);
  assert.match(status.out, /✗ node_exporter@db-1: it exited with code 2/);
  assert.equal((await run(['diff'])).code, 1);
  obey('db-1');
  const no = await run(['undo'], { answers: ['n'] });
  assert.match(
    no.err,
    /^Back to revision 1 \(first\):[\s\S]*~ update +node_exporter@db-1 [\s\S]*Go back to revision 1 \(first\)\? \[y\/N\] /,
  );
  const undone = await run(['undo', '-y']);
  assert.equal(undone.code, 0);
  assert.match(undone.err, /Your folder still holds the change/);
  assert.match(undone.out, /Revision 3 wants what revision 1 \(first\) did/);
});

test('a token comes as one line to copy', async () => {
  const made = await run(['token', 'create', '--label', 'role=db', '--ttl', '1d']);
  assert.match(
    made.out,
    /^PROMFLEET_TOKEN=pfj_\S+ promfleet-agent enrol --controller controller\.example:9442 --ca sha256:[0-9a-f]{64} && promfleet-agent run$/m,
  );
  assert.match((await run(['token', 'list'])).out, /valid .* role=db/);
  assert.match((await run(['token', 'create', '--ttl', 'long'])).err, /cannot use --ttl long/);
  const none = await run(['token', 'create', '--uses', '0']);
  assert.equal(none.err, 'promfleet: cannot use --uses 0: a whole number from 1 is meant\n');
});

test('login pins the authority and keeps a credential for its owner alone; a wrong pin is refused', async () => {
  const env = { XDG_CONFIG_HOME: join(api.directory, 'config') };
  const where = `127.0.0.1:${api.http.httpsPort}`;
  const created = await run(['user', 'create', 'eve', '--role', 'viewer', '-o', 'json']);
  const { credential } = JSON.parse(created.out) as { credential: string };
  const pin = api.state.authority.pin();

  const wrong = await typeCommand(['login', where, '--ca', `sha256:${'0'.repeat(64)}`], { env, input: credential });
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, new RegExp(`it presents ${pin}`));
  assert.match(
    (await typeCommand(['login', where], { env, input: credential })).err,
    /cannot trust that controller unseen/,
  );
  assert.match(
    (await typeCommand(['login', where, '--ca', pin], { env, input: 'pfo_no' })).err,
    /not the whole of one/,
  );

  const plain = await typeCommand(['login', `127.0.0.1:${api.http.pagePort}`], { env, input: credential });
  assert.match(plain.err, /does not speak TLS\n +the operators’ port is 9440/);
  const told = await run(['user', 'create', 'carl', '--role', 'viewer']);
  assert.match(told.out, new RegExp(`promfleet login HOST:9440 --ca ${pin}`));
  assert.match((await run(['authority'])).out, new RegExp(pin));

  const asked = await typeCommand(['login', where, '--name', 'prod'], { env, answers: ['y', credential] });
  assert.equal(asked.code, 0, asked.err);
  assert.match(asked.err, new RegExp(pin));
  const kept = join(env.XDG_CONFIG_HOME, 'promfleet/contexts.json');
  assert.equal(statSync(kept).mode & 0o777, 0o600);
  assert.match(readFileSync(kept, 'utf8'), /BEGIN CERTIFICATE/);

  assert.equal((await typeCommand(['hosts'], { env })).code, 0);
  assert.match((await typeCommand(['context'], { env })).out, new RegExp(`● +prod +${where}`));
  const denied = await typeCommand(['user', 'list', '--context', 'prod'], { env });
  assert.match(denied.err, /eve is a viewer, and listing users needs an admin/);
  assert.match((await typeCommand(['status', '--context', 'stage'], { env })).err, /there is prod/);
  await typeCommand(['context', 'remove', 'prod'], { env });
  assert.doesNotMatch(readFileSync(kept, 'utf8'), /pfo_/);
});

test('a socket that is not there says so, and what to do', async () => {
  const gone = await typeCommand(['status', '--socket', '/nowhere/control.sock']);
  assert.equal(gone.code, 1);
  assert.match(gone.err, /no such socket\n +start one with "promfleet up"/);
});

test('an error is JSON as well where JSON was asked for', async () => {
  const { out, code } = await run(['host', 'db-9', '-o', 'json']);
  assert.equal(code, 1);
  assert.equal((JSON.parse(out) as { error: { code: string } }).error.code, 'not_found');
});

test('completion knows the verbs below a verb, and its flags', async () => {
  const below = (await run(['completion', 'words', '--', 'token'])).out.split('\n');
  assert.ok(below.includes('create') && below.includes('revoke'), below.join(' '));
  assert.ok((await run(['completion', 'words', '--', 'apply'])).out.includes('--allow-remove'));
  for (const shell of ['bash', 'zsh', 'fish'])
    assert.match((await run(['completion', shell])).out, /promfleet completion words/);
});

test('several folders are layers: each file is named as whoever typed the folders can open it', async () => {
  const [base, prod] = [join(api.directory, 'base', 'eu'), join(api.directory, 'prod', 'eu')];
  for (const directory of [base, prod]) mkdirSync(directory, { recursive: true });
  writeFileSync(
    join(base, 'fleet.yaml'),
    'kind: Exporter\nname: layered\ncomponent: node_exporter\nhosts: [nowhere]\n',
  );
  writeFileSync(join(prod, 'fleet.yaml'), 'kind: Exporter\nname: layered\nport: none\n');
  const broken = await run(['check', '-f', base, '-f', prod]);
  assert.equal(broken.code, 1);
  assert.match(broken.out, /prod\/eu\/fleet\.yaml:3:7: `port` must be a whole number/);
  writeFileSync(join(prod, 'fleet.yaml'), 'kind: Exporter\nname: layered\nport: 9109\n');
  assert.match((await run(['check', '-f', base, '-f', prod])).out, /base\/eu \+ \/.*prod\/eu reads well: 1 Exporter\./);
  const planned = await run(['plan', '-f', base, '-f', prod, '--folder-name', 'layered']);
  assert.match(planned.err, /base\/eu\/fleet\.yaml:4:9: there is no host `nowhere`/);
  assert.match((await run(['check', '-f', base, '-f', base])).err, /cannot take .* as a layer twice/);
});

test('fmt lays out a folder in place, or only names what it would; a file that can’t be read is told', async () => {
  const directory = join(api.directory, 'ragged');
  mkdirSync(directory);
  const file = join(directory, 'fleet.yaml');
  writeFileSync(file, 'name: a\nkind: Host\n', { mode: 0o640 });
  writeFileSync(join(directory, 'rules.yml'), 'groups:\n    - name: a\n');
  const checked = await run(['fmt', '--check', directory]);
  assert.deepEqual([checked.code, checked.out], [1, `${file}\n`]);
  assert.equal(readFileSync(file, 'utf8'), 'name: a\nkind: Host\n');
  assert.equal((await run(['fmt', '-f', directory])).code, 0);
  assert.equal(readFileSync(file, 'utf8'), 'kind: Host\nname: a\n');
  assert.equal(statSync(file).mode & 0o777, 0o640);
  assert.deepEqual((await run(['fmt', '--check', directory])).out, '2 files laid out as should be.\n');
  writeFileSync(file, 'kind: Host\nname: [\n');
  const broken = await run(['fmt', file]);
  assert.equal(broken.code, 1);
  assert.match(broken.err, /ragged\/fleet\.yaml:\d+:\d+: cannot read YAML/);
});

test('the schema is printed with no controller, of all kinds or of one', async () => {
  const all = JSON.parse((await run(['schema'])).out) as { definitions: object };
  assert.ok('Prometheus' in all.definitions);
  assert.equal((JSON.parse((await run(['schema', 'host'])).out) as { title: string }).title, 'Host');
  assert.match((await run(['schema', 'hots'])).err, /there is no such kind\n {4}did you mean `Host`\?/);
});

test('targets are shown, and written as a file that stays as it is when they are not certain', async () => {
  const file = join(api.directory, 'node.json');
  assert.equal((await run(['apply', '-f', folder, '--yes', '--no-wait'])).code, 0);
  const shown = await run(['targets', '--exporter', 'node']);
  assert.match(shown.out, /:9100 +instance=\S+:9100/);
  assert.match((await run(['targets', '--exporter', 'node', '--file-sd', file])).out, /written to/);
  const written = readFileSync(file, 'utf8');
  assert.deepEqual(JSON.parse(written), JSON.parse((await run(['-o', 'json', 'targets', '--exporter', 'node'])).out));
  assert.match(
    (await run(['targets', '--exporter', 'nope', '--file-sd', file])).err,
    /the fleet has none of that name/,
  );
  assert.equal(readFileSync(file, 'utf8'), written);
  assert.match((await run(['targets'])).err, /say --exporter NAME or --job NAME/);
});

test('events are shown with the newest last, and followed until the controller goes', async () => {
  const listed = await run(['events', '-n', '5']);
  assert.match(listed.out, /WHEN +WHAT +WHERE +DETAIL\n(.+\n){5}$/);
  const ending = await serveTestApi();
  ending.enrol('db-9');
  const following = typeCommand(['--socket', ending.socket, 'events', '-f']);
  const [token] = [await typeCommand(['--socket', ending.socket, 'token', 'create'])];
  assert.equal(token.code, 0, token.err);
  await ending[Symbol.asyncDispose]();
  const { out, err, code } = await following;
  assert.equal(code, 1);
  assert.equal(out.match(/TokenCreated/g)?.length, 1, out);
  assert.match(err, /the controller ended the connection/);
});
