import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { type PasswordGate, passwordGate } from '../support/password-gate.ts';
import { QuickStart } from '../support/quick-start.ts';
import { realMirror } from '../support/real-releases.ts';
import { fails, hostOf, soon, succeeds } from './world.ts';

/** What would break out of YAML, or be taken for a reference, if anything did. */
const FIRST = 'hunter2-"one": #\'a\\b\n- ${secret:other}';
const SECOND = `${FIRST.replace('one', 'two')}, the second`;
const VALUES = [FIRST, SECOND];

describe('a secret from standard input to a scrape, and nowhere else', () => {
  const life = new AsyncDisposableStack();
  let fleet: QuickStart;
  let gate: PasswordGate;
  let host: string;
  /** All that was printed, of verbs that are not given the value. */
  const printed: string[] = [];

  const run = async (...args: string[]) => {
    const outcome = await fleet.run(...args);
    printed.push(outcome.stdout, outcome.stderr);
    return outcome;
  };

  beforeAll(async () => {
    process.env['COLUMNS'] = '1000';
    gate = life.use(await passwordGate());
    const mirror = life.use(await realMirror()).url;
    fleet = life.use(await QuickStart.create());
    fleet.writeFleet(mirror);
    succeeds(await fleet.up());
    host = (await hostOf(fleet)).name;
  });
  afterAll(() => life.disposeAsync());

  const write = (reference: string) =>
    fleet.write({
      'prometheus.yml': `global: { scrape_interval: 1s, evaluation_interval: 1s }
scrape_configs:
  - job_name: gate
    params: { token: ["${reference}"] }
    basic_auth: { username: u, password: "${reference}" }
    static_configs: [{ targets: ["127.0.0.1:${gate.port}"] }]
`,
    });

  test('a name that there is no secret of is refused with the next move', async () => {
    write('${secret:gate_pw}');
    const told = fails(await run('apply', '-f', fleet.folder, '--yes'));
    assert.match(
      told,
      /prometheus\.yml:4:\d+: there is no secret `gate_pw`\n +set it: promfleet secret set gate_pw < FILE/,
    );
    assert.match(
      succeeds(await run('check', '-f', fleet.folder)),
      /It needs these secrets on the controller: gate_pw\./,
    );
  });

  test('set from standard input, it reaches the scrape as it was typed, less one newline', async () => {
    assert.match(succeeds(await fleet.feed(`${FIRST}\n`, 'secret', 'set', 'gate_pw')), /Secret gate_pw is set/);
    assert.match(
      fails(await fleet.feed('other', 'secret', 'set', 'gate_pw')),
      /there is one of that name\n.*rotate gate_pw/,
    );
    succeeds(await run('apply', '-f', fleet.folder, '--yes'));
    await soon(() => assert.deepEqual(gate.given, [FIRST]));
  });

  test('rotated, it comes as a reload: the same process, the new value', async () => {
    const pids = [fleet.pidOf('prometheus'), fleet.pidOf('node_exporter')];
    const rotated = await fleet.feed(SECOND, 'secret', 'rotate', 'gate_pw');
    assert.match(succeeds(rotated), new RegExp(`has value 2 now\\. With it:\\n {2}reload prometheus@${host}\\n$`));
    assert.match(rotated.stderr, /Every host confirmed revision/);
    await soon(() => assert.deepEqual(gate.given, VALUES));
    assert.deepEqual([fleet.pidOf('prometheus'), fleet.pidOf('node_exporter')], pids);
    const [listed] = JSON.parse(succeeds(await run('secret', 'list', '-o', 'json'))) as Record<string, unknown>[];
    assert.deepEqual([listed?.['number'], listed?.['units']], [2, [`prometheus@${host}`]]);
  });

  test('no value is in the controller’s files, in a log, in an answer or in anything printed', async () => {
    for (const verb of [
      ['status'],
      ['history'],
      ['history', '2'],
      ['history', '3'],
      ['diff'],
      ['plan', '-f', fleet.folder],
      ['get', 'Prometheus', 'main', '-o', 'yaml'],
      ['audit'],
      ['logs', '-n', '1000', `prometheus@${host}`],
    ]) {
      await run(...verb);
    }
    const paths = ['status', 'hosts', 'drift', 'revisions', 'revisions/2', 'revisions/3', 'events?limit=1000', 'audit'];
    const targets = `prometheus/${host}/prometheus/targets`;
    const answers = await Promise.all(
      [...paths, 'secrets', 'resources', targets].map((path) => fleet.get<object>(`/v1/${path}`)),
    );
    // It is in the address of the target: that is scrubbed on the host, and this is where it was.
    assert.match(JSON.stringify(answers.at(-1)), /\$\{secret:gate_pw\}/);
    assert.match(JSON.stringify(answers), /secret gate_pw rotated/);
    holdsNone('an answer', JSON.stringify(answers));
    holdsNone('what was printed', printed.join('\n'));
    for (const path of filesBelow(join(fleet.home, 'controller'))) holdsNone(path, readFileSync(path, 'latin1'));
    const own = new Set(['host/agent/spec.json']);
    const others = filesBelow(fleet.home)
      .map((path) => path.slice(fleet.home.length + 1))
      .filter((path) => !own.has(path) && !/^(controller|host\/(etc\/prometheus|releases|var))\//.test(path));
    assert.ok(
      others.some((path) => path.endsWith('.log')),
      others.join('\n'),
    );
    for (const path of others) holdsNone(path, readFileSync(join(fleet.home, path), 'latin1'));
    assert.equal(statSync(join(fleet.home, 'host/agent/spec.json')).mode & 0o777, 0o600);
    assert.equal(statSync(join(fleet.home, 'controller/pki/secrets.key')).mode & 0o777, 0o600);
  });

  test('while the fleet names it, it stays; what does not is told', async () => {
    assert.match(
      fails(await run('secret', 'remove', 'gate_pw')),
      /prometheus\.yml:\d+:\d+: \$\{secret:gate_pw\} stands in it/,
    );
    write('none');
    succeeds(await run('apply', '-f', fleet.folder, '--yes'));
    assert.match(succeeds(await run('plan', '-f', fleet.folder)), /no unit uses the secret `gate_pw`/);
    assert.match(succeeds(await run('secret', 'remove', 'gate_pw')), /Secret gate_pw is removed/);
    holdsNone('the host', readFileSync(join(fleet.home, 'host/etc/prometheus/prometheus.yml'), 'utf8'));
  });
});

const filesBelow = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

function holdsNone(where: string, text: string): void {
  for (const value of VALUES) {
    const inside = value.slice(0, 11);
    for (const form of [
      inside,
      JSON.stringify(inside).slice(1, -1),
      Buffer.from(inside).toString('base64').slice(0, 12),
    ]) {
      assert.equal(text.includes(form), false, `${where} holds ${form}`);
    }
  }
}
