import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { newFleet } from '../../../controller/cli/new-fleet/files.ts';
import { formatYaml } from '../../../controller/fleet/format/format-yaml.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { typeCommand } from '../../support/type-command.ts';

test('a new fleet reads well and is laid out as fmt would, whatever was answered', async () => {
  using directory = temporaryDirectory();
  const ways = [
    ['--yes'],
    ['--yes', '--hosts', 'mon-1,mon-2', '--pair', '--alerts-to', 'https://hooks.example.com/a', '--retention', '30d'],
  ];
  for (const [index, way] of ways.entries()) {
    const fleet = join(directory.path, String(index));
    const made = await typeCommand(['new', 'fleet', fleet, ...way]);
    assert.equal(made.code, 0, made.err);
    const checked = await typeCommand(['check', '-f', fleet]);
    assert.match(checked.out, /reads well: 1 Fleet, 1 Exporter, 1 Prometheus, 1 Alertmanager\./);
    assert.equal((await typeCommand(['fmt', '--check', fleet])).code, 0);
    assert.ok(JSON.parse(readFileSync(join(fleet, '.promfleet.schema.json'), 'utf8')));
  }
});

test('what is not said is asked, with what is usual; nobody there to answer is told how to go on', async () => {
  using directory = temporaryDirectory();
  const fleet = join(directory.path, 'fleet');
  const nobody = await typeCommand(['new', 'fleet', fleet]);
  assert.match(nobody.err, /cannot ask about the new fleet: this is not a terminal\n {4}say --yes/);
  const { err, code } = await typeCommand(['new', 'fleet', fleet, '--name', 'lab'], {
    answers: ['mon-1 mon-2', '', 'https://hooks.example.com/a', '7d'],
  });
  assert.equal(code, 0, err);
  assert.match(err, /Two Prometheis.*\[yes\] .*How long are samples kept\? \[15d\] /s);
  const text = readFileSync(join(fleet, 'fleet.yaml'), 'utf8');
  assert.match(text, /name: lab\n.*hosts: \[mon-1, mon-2\]\nreplicas: 2.*retention: \{ time: 7d \}/s);
  assert.match(readFileSync(join(fleet, 'alertmanager.yml'), 'utf8'), /url: "https:\/\/hooks\.example\.com\/a"/);
});

test('a folder that holds something is left alone; answers that can’t be are refused before anything is written', async () => {
  using directory = temporaryDirectory();
  const fleet = join(directory.path, 'fleet');
  for (const [way, why] of [
    [['--name', 'a b'], /cannot make a fleet with the name a b\n {4}it must be letters/],
    [['--hosts', '-x'], /cannot make a fleet with the host -x/],
    [['--hosts', 'a', '--pair'], /cannot make a fleet with a pair on a\n {4}it must be at least two hosts/],
    [['--alerts-to', 'me'], /alerts to me\n {4}it must be a URL/],
    [['--retention', 'long'], /a retention of long/],
  ] as const) {
    assert.match((await typeCommand(['new', 'fleet', fleet, '--yes', ...way])).err, why);
  }
  assert.deepEqual(readdirSync(directory.path), []);
  mkdirSync(join(fleet, '.git'), { recursive: true });
  assert.equal((await typeCommand(['new', 'fleet', fleet, '--yes'])).code, 0, 'a repository is in nobody’s way');
  writeFileSync(join(fleet, 'fleet.yaml'), '# mine\n');
  const again = await typeCommand(['new', 'fleet', fleet, '--yes']);
  assert.match(again.err, /it is not empty, it has\s+alertmanager\.yml, fleet\.yaml/);
  assert.equal(readFileSync(join(fleet, 'fleet.yaml'), 'utf8'), '# mine\n');
  assert.match((await typeCommand(['new', 'fleet', join(fleet, 'fleet.yaml'), '--yes'])).err, /it is a file/);
});

test('a new exporter is a document that reads well; nothing is written over', async () => {
  using directory = temporaryDirectory();
  const made = await typeCommand(['new', 'exporter', 'orders', '-f', directory.path, '--port', '9700']);
  assert.equal(made.code, 0, made.err);
  assert.match((await typeCommand(['check', '-f', directory.path])).out, /reads well: 1 Exporter\./);
  assert.equal((await typeCommand(['fmt', '--check', directory.path])).code, 0);
  const text = readFileSync(join(directory.path, 'orders.yaml'), 'utf8');
  assert.match(text, /^version: "1\.0\.0".*\nhosts: all.*\nport: 9700$/m);
  assert.match((await typeCommand(['new', 'exporter', 'orders', '-f', directory.path])).err, /it is there already/);
  assert.match(
    (await typeCommand(['new', 'exporter', 'a/b', '-f', directory.path])).err,
    /cannot write an exporter named a\/b/,
  );
  assert.match((await typeCommand(['new', 'exporter', 'x', '-f', directory.path, '--port', '0'])).err, /on port 0/);
  assert.deepEqual(readdirSync(directory.path), ['orders.yaml']);
});

test('its YAML is laid out by hand as fmt would', () => {
  const answers = { name: 'p', hosts: ['a'], pair: false, alertsTo: '', retention: '15d' };
  const text = newFleet(answers)['fleet.yaml'] ?? '';
  assert.equal(formatYaml(text), text);
});
