import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'vitest';
import { checkPaths } from '../../../controller/fleet/check-paths.ts';
import { inStage } from '../../../controller/fleet/run-tool.ts';
import { Fault } from '../../../proto/fault.ts';
import { openFleet } from '../../support/open-fleet.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const check = (...paths: string[]) => checkPaths({ folder: 'fleet', files: paths.map((path) => ({ path })) });
const invalid = (error: unknown) => error instanceof Fault && error.code === 'invalid';

test('paths as a folder on a disk has them are taken', () => {
  check('fleet.yaml', 'rules/a.yml', 'rules/b/..c.yml', '...', 'mit Leerzeichen/ü.yml');
});

for (const path of [
  '../a',
  'a/../../b',
  'a/../b',
  '/etc/passwd',
  './a',
  'a//b',
  'a/',
  '',
  '.',
  '..',
  'a\0b',
  'a\nb',
  'a\\b',
  'x'.repeat(513),
]) {
  test(`${JSON.stringify(path.slice(0, 20))} is no path in a folder`, () => {
    assert.throws(() => check('fleet.yaml', path), invalid);
  });
}

test('no path is there twice, nor a file and a directory at once', () => {
  assert.throws(() => check('a', 'a'), invalid);
  assert.throws(() => check('a', 'a/b'), invalid);
  assert.throws(() => check('a/b/c', 'a/b'), invalid);
});

test('the name of a folder has no control characters', () => {
  assert.throws(() => checkPaths({ folder: 'a\0b', files: [] }), invalid);
});

test('an apply can not write outside its folder, by whatever pattern it names the file', async () => {
  using fleet = openFleet();
  using outside = temporaryDirectory();
  const victim = join(outside.path, 'victim.yml');
  fleet.enrol('a');
  const files = {
    'fleet.yml': 'kind: Prometheus\nname: main\nrules: ["**/*.yml"]\n',
    [`../../../../../../../../../../..${victim}`]: 'groups: []\n',
  };
  await assert.rejects(fleet.apply(files), invalid);
  assert.equal(existsSync(victim), false);
});

test('a stage holds what is staged in it, whatever a path says', async () => {
  const name = `promfleet-escaped-${process.pid}`;
  const file = { path: `../${name}`, content: Buffer.from('x'), live: false };
  await assert.rejects(
    inStage([file], () => Promise.resolve()),
    invalid,
  );
  assert.equal(existsSync(join(tmpdir(), basename(name))), false);
});
