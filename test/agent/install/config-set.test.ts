import assert from 'node:assert/strict';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { test } from 'vitest';
import {
  claimConfigDirectory,
  readSetLinks,
  removeConfig,
  restoreSet,
  setDirectory,
  stageSet,
  switchSet,
  tidySets,
} from '../../../agent/install/config-set.ts';
import { writeLiveFiles } from '../../../agent/install/live-files.ts';
import { ownerOf } from '../../../agent/install/owner.ts';
import { configDigest } from '../../../proto/digest.ts';
import type { SpecFile } from '../../../proto/spec.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const owner = ownerOf(undefined);
const file = (path: string, content: string, live = false): SpecFile => ({ path, content: Buffer.from(content), live });
const OLD = [file('prometheus.yml', 'old'), file('rules/a.yml', 'a'), file('targets/n.json', '[]', true)];
const NEW = [file('prometheus.yml', 'new'), file('targets/n.json', '[]', true)];

async function switchTo(etc: string, files: readonly SpecFile[]) {
  await claimConfigDirectory(etc, owner);
  await stageSet(etc, configDigest({ files }), files, owner);
  await switchSet(etc, configDigest({ files }), { keepPrevious: false });
}

test('the program sees one set whole, and its live files through the same names', async () => {
  using directory = temporaryDirectory();
  const etc = `${directory.path}/prometheus`;
  await claimConfigDirectory(etc, owner);
  await writeLiveFiles(
    etc,
    OLD.filter(({ live }) => live),
    owner,
  );
  await switchTo(etc, OLD);
  assert.equal(readFileSync(`${etc}/prometheus.yml`, 'utf8'), 'old');
  assert.equal(readFileSync(`${etc}/rules/a.yml`, 'utf8'), 'a');
  // What a check tool sees beside the staged file is what the program sees beside its own.
  assert.equal(readFileSync(`${setDirectory(etc, configDigest({ files: OLD }))}/targets/n.json`, 'utf8'), '[]');
  assert.equal(lstatSync(`${etc}/targets`).isDirectory(), true);
  assert.equal(lstatSync(`${etc}/prometheus.yml`).isSymbolicLink(), true);
  assert.equal(lstatSync(`${setDirectory(etc, configDigest({ files: OLD }))}/prometheus.yml`).mode & 0o777, 0o600);
});

test('a switch keeps the set before it until it is tidied away, and can be undone', async () => {
  using directory = temporaryDirectory();
  const etc = `${directory.path}/prometheus`;
  await switchTo(etc, OLD);
  const before = readSetLinks(etc);
  await switchTo(etc, NEW);
  assert.deepEqual(
    [readSetLinks(etc).current, readSetLinks(etc).previous],
    [configDigest({ files: NEW }), configDigest({ files: OLD })],
  );
  assert.notEqual(readSetLinks(etc).stamp, before.stamp);
  await restoreSet(etc);
  assert.equal(readFileSync(`${etc}/rules/a.yml`, 'utf8'), 'a');
  await switchTo(etc, NEW);
  await tidySets(etc);
  assert.deepEqual(readSetLinks(etc).sets, [configDigest({ files: NEW })]);
  assert.deepEqual(readdirSync(etc).toSorted(), ['.current', '.sets', 'prometheus.yml']);
});

test('the same set switched in again is another switch', async () => {
  using directory = temporaryDirectory();
  await switchTo(directory.path + '/p', OLD);
  const { stamp } = readSetLinks(directory.path + '/p');
  await switchTo(directory.path + '/p', OLD);
  assert.notEqual(readSetLinks(directory.path + '/p').stamp, stamp);
  assert.equal(readSetLinks(directory.path + '/p').previous, '');
});

test('half a set, left by a crash, is no set', async () => {
  using directory = temporaryDirectory();
  const etc = `${directory.path}/prometheus`;
  await claimConfigDirectory(etc, owner);
  mkdirSync(`${etc}/.sets/.new-${configDigest({ files: NEW })}`);
  writeFileSync(`${etc}/.sets/.new-${configDigest({ files: NEW })}/prometheus.yml`, 'ne');
  assert.deepEqual(readSetLinks(etc).sets, []);
  await switchTo(etc, NEW);
  assert.equal(readFileSync(`${etc}/prometheus.yml`, 'utf8'), 'new');
});

test('a directory that someone else made is left alone', async () => {
  using directory = temporaryDirectory();
  const etc = `${directory.path}/prometheus`;
  mkdirSync(etc);
  writeFileSync(`${etc}/prometheus.yml`, 'of a package');
  await assert.rejects(claimConfigDirectory(etc, owner), /is there already \(prometheus.yml\), and not promfleet’s/);
  assert.deepEqual(readdirSync(etc), ['prometheus.yml']);
});

test('nothing is written through a link in the place of the directory', async () => {
  using directory = temporaryDirectory();
  mkdirSync(`${directory.path}/elsewhere`);
  symlinkSync('elsewhere', `${directory.path}/prometheus`);
  await assert.rejects(claimConfigDirectory(`${directory.path}/prometheus`, owner), /it is a link, and leads out/);
  await removeConfig(`${directory.path}/prometheus`, []);
  assert.deepEqual(readdirSync(directory.path), ['elsewhere', 'prometheus']);
});

test('a set that is gone is nothing to go back to', async () => {
  using directory = temporaryDirectory();
  const etc = `${directory.path}/prometheus`;
  await switchTo(etc, OLD);
  await switchTo(etc, NEW);
  rmSync(setDirectory(etc, configDigest({ files: OLD })), { recursive: true });
  assert.equal(readSetLinks(etc).previous, '');
  await restoreSet(etc);
  assert.equal(readFileSync(`${etc}/prometheus.yml`, 'utf8'), 'new');
});

test('what a crash left half written goes with the rest', async () => {
  using directory = temporaryDirectory();
  const etc = `${directory.path}/prometheus`;
  await switchTo(etc, OLD);
  mkdirSync(`${etc}/targets`);
  writeFileSync(`${etc}/targets/n.json.promfleet-new`, '[');
  symlinkSync('.current/gone', `${etc}/.new-link-gone`);
  await removeConfig(etc, ['targets/n.json']);
  assert.equal(existsSync(etc), false);
});

test('what is removed is what was written, and no file of a person', async () => {
  using directory = temporaryDirectory();
  const etc = `${directory.path}/prometheus`;
  await switchTo(etc, OLD);
  await writeLiveFiles(
    etc,
    OLD.filter(({ live }) => live),
    owner,
  );
  writeFileSync(`${etc}/targets/mine.json`, '[]');
  await removeConfig(etc, ['targets/n.json']);
  assert.deepEqual(readdirSync(etc, { recursive: true }), ['targets', 'targets/mine.json']);
  await removeConfig(etc, ['targets/mine.json']);
  assert.equal(existsSync(etc), false);
});

test('a name that was live becomes part of the set, and the other way round', async () => {
  using directory = temporaryDirectory();
  const etc = `${directory.path}/prometheus`;
  await switchTo(etc, OLD);
  await writeLiveFiles(etc, [file('targets/n.json', '[1]', true)], owner);
  await switchTo(etc, [file('prometheus.yml', 'x'), file('targets/n.json', '[2]')]);
  assert.equal(readlinkSync(`${etc}/targets`), '.current/targets');
  assert.equal(readFileSync(`${etc}/targets/n.json`, 'utf8'), '[2]');
  await writeLiveFiles(etc, [file('targets/n.json', '[3]', true)], owner);
  assert.equal(lstatSync(`${etc}/targets`).isDirectory(), true);
  assert.equal(readFileSync(`${etc}/targets/n.json`, 'utf8'), '[3]');
});
