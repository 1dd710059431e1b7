import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, test } from 'vitest';
import { type BackupRequest, createBackup } from '../../../controller/backup/create.ts';
import { readLastBackup } from '../../../controller/backup/last-backup.ts';
import { backupName } from '../../../controller/backup/manifest.ts';
import { refuseUnfinishedRestore, restoreBackup, verifyBackup } from '../../../controller/backup/restore.ts';
import { openAuthority } from '../../../controller/enrolment/authority.ts';
import { holdInstanceLock } from '../../../controller/instance-lock.ts';
import { openDatabase } from '../../../controller/store/database.ts';
import { openStores } from '../../../controller/store/stores.ts';
import type { Fault } from '../../../proto/fault.ts';
import { type ControllerDirectory, controllerDirectory } from '../../support/controller-directory.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const AT = Date.UTC(2026, 10, 28, 3, 17);
const scratch = temporaryDirectory();
let controller: ControllerDirectory;
beforeAll(async () => {
  controller = await controllerDirectory();
});
afterAll(() => {
  controller[Symbol.dispose]();
  scratch[Symbol.dispose]();
});

let made = 0;
const fresh = (): string => join(scratch.path, `d${++made}`);
const folder = (): string => {
  const path = fresh();
  mkdirSync(path);
  return path;
};
const backup = (request: Partial<BackupRequest> = {}) =>
  createBackup({
    directory: controller.path,
    to: { directory: folder() },
    withReleases: false,
    keep: undefined,
    now: () => AT,
    ...request,
  });
const refusal = (code: string, message: RegExp) => (fault: Fault) => (
  assert.equal(fault.code, code), assert.match(fault.message, message), true
);

function notesIn(directory: string): string[] {
  const db = openDatabase(join(directory, 'promfleet.db'));
  try {
    return openStores(db)
      .events.list({ after: 0, limit: 100_000 })
      .map((event) => event.message);
  } finally {
    db.close();
  }
}

test('a backup of a controller that runs holds what was committed, and the authority; restored, it is the same controller', async () => {
  controller.note('before the backup');
  const { file, manifest } = await backup();
  controller.note('after the backup');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(manifest.files.map(({ path }) => path).toSorted(), ['pki/authority.json', 'promfleet.db']);
  assert.equal(file.endsWith('/promfleet-20261128T031700.000Z.tar.gz'), true);
  assert.equal(readLastBackup(controller.path)?.file, file);

  const directory = fresh();
  const { aside } = await restoreBackup({ file, directory, replace: false, now: () => AT });
  assert.equal(aside, undefined);
  assert.deepEqual(notesIn(directory), ['before the backup']);
  const pki = join(directory, 'pki');
  const authority = await openAuthority({
    directory: pki,
    names: [],
    now: Date.now,
    randomBytes: () => new Uint8Array(4),
    mustExist: true,
  });
  assert.equal(authority.pin(), controller.pin);
  assert.equal(statSync(join(pki, 'authority.json')).mode & 0o777, 0o600);
  assert.deepEqual(
    readdirSync(directory).filter((name) => !name.startsWith('promfleet.db-')),
    ['pki', 'promfleet.db'],
  );
});

test('a writer that never rests holds no backup up', async () => {
  const path = join(controller.path, 'promfleet.db');
  const program = `const db = new (require('better-sqlite3'))(process.argv[1], { timeout: 5000 });
    const insert = db.prepare("insert into event (at, kind, host, unit, message) values (0, 'x', '', '', ?)");
    for (process.stdout.write('.'); ; ) insert.run('y'.repeat(1000));`;
  const writer = spawn(process.execPath, ['-e', program, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await once(writer.stdout, 'data');
    for (let round = 0; round < 3; round++) await verifyBackup((await backup()).file);
  } finally {
    writer.kill('SIGKILL');
    await once(writer, 'exit');
    controller.db.exec("delete from event where kind = 'x'");
  }
});

test('release archives are in it when asked for, what is made of them never', async () => {
  const { file, manifest } = await backup({ withReleases: true });
  assert.deepEqual(
    manifest.files.map(({ path }) => path).filter((path) => path.includes('/')),
    ['pki/authority.json', 'releases/0123.tar.gz'],
  );
  const directory = fresh();
  await restoreBackup({ file, directory, replace: false, now: () => AT });
  assert.equal(readFileSync(join(directory, 'releases/0123.tar.gz'), 'utf8'), 'a release');
});

test('older backups are pruned after a good one only', async () => {
  const into = folder();
  const day = (n: number) => AT + n * 86_400_000;
  for (const n of [0, 1, 2]) await backup({ to: { directory: into }, now: () => day(n), keep: 2 });
  assert.deepEqual(readdirSync(into), [backupName(day(1)), backupName(day(2))]);
  using broken = await controllerDirectory();
  broken.note('x'.repeat(100_000));
  broken.db.pragma('wal_checkpoint(truncate)');
  const path = join(broken.path, 'promfleet.db');
  const bytes = readFileSync(path);
  bytes.fill(0xa5, bytes.length - 60_000);
  writeFileSync(path, bytes);
  broken.db.close();
  await assert.rejects(
    backup({ directory: broken.path, to: { directory: into }, now: () => day(3), keep: 1 }),
    refusal('invalid', /damaged|malformed/),
  );
  assert.deepEqual(readdirSync(into), [backupName(day(1)), backupName(day(2))]);
});

test('what is no controller, and what is there already, is refused', async () => {
  await assert.rejects(backup({ directory: scratch.path }), refusal('not_found', /there is no promfleet\.db in it/));
  const file = join(scratch.path, 'there.tar.gz');
  writeFileSync(file, 'mine');
  await assert.rejects(backup({ to: { file } }), refusal('conflict', /there is such a file already/));
  assert.equal(readFileSync(file, 'utf8'), 'mine');
});

test('a directory for backups is never made: its name may be mistyped, or its disk not mounted', async () => {
  const missing = fresh();
  for (const to of [{ directory: missing }, { file: join(missing, 'x.tar.gz') }]) {
    await assert.rejects(backup({ to }), refusal('not_found', /there is no such directory$/));
  }
  assert.equal(existsSync(missing), false);
  const file = join(scratch.path, 'a-file');
  writeFileSync(file, '');
  await assert.rejects(backup({ to: { directory: file } }), refusal('not_found', /a-file: it is no directory$/));
});

test('a backup that was cut off, altered or of something else is refused before anything is touched', async () => {
  const { file } = await backup();
  const whole = readFileSync(file);
  const bad = (content: Uint8Array): string => {
    const path = join(scratch.path, `bad${++made}.tar.gz`);
    writeFileSync(path, content);
    return path;
  };
  const flipped = Buffer.from(whole);
  flipped.writeUInt8(flipped.readUInt8(flipped.length >> 1) ^ 0x10, flipped.length >> 1);
  execFileSync('tar', ['-czf', join(scratch.path, 'other.tar.gz'), '-C', scratch.path, 'there.tar.gz']);
  const cut = join(scratch.path, 'cut.tar.gz');
  writeFileSync(cut, whole);
  truncateSync(cut, whole.length - 600);
  const readme = bad(Buffer.from('# promfleet\n'));
  for (const one of [cut, bad(flipped), bad(Buffer.alloc(0)), readme, join(scratch.path, 'other.tar.gz')]) {
    const directory = fresh();
    await assert.rejects(
      restoreBackup({ file: one, directory, replace: false, now: () => AT }),
      refusal('invalid', /^cannot use .*broken/),
    );
    assert.equal(existsSync(directory), false);
  }
  await assert.rejects(verifyBackup(cut), refusal('invalid', /broken \(it ends too early\)$/));
  await assert.rejects(
    verifyBackup(readme),
    refusal('invalid', /broken \(it is no archive that "promfleet backup" wrote/),
  );
  await assert.rejects(verifyBackup(scratch.path), refusal('invalid', /it is a directory$/));
  await assert.rejects(verifyBackup(join(scratch.path, 'none')), refusal('not_found', /no such file/));
});

test('a swapped database is noticed, though the archive is whole', async () => {
  const { file } = await backup();
  const unpacked = fresh();
  mkdirSync(unpacked);
  execFileSync('tar', ['-xzf', file, '-C', unpacked]);
  writeFileSync(join(unpacked, 'pki/authority.json'), '{"roots": []}');
  const forged = join(scratch.path, 'forged.tar.gz');
  execFileSync('tar', ['-czf', forged, '-C', unpacked, 'manifest.json', 'promfleet.db', 'pki/authority.json']);
  await assert.rejects(verifyBackup(forged), refusal('invalid', /pki\/authority\.json is not what was written/));
});

test('state that is there is kept unless it is told to go, and then it lies aside, log and all', async () => {
  const { file } = await backup();
  using other = await controllerDirectory();
  other.note('of the other');
  const request = { file, directory: other.path, now: () => AT };
  await assert.rejects(restoreBackup({ ...request, replace: false }), refusal('conflict', /state is there already/));
  using lock = await holdInstanceLock(join(other.path, 'controller.lock'));
  await assert.rejects(restoreBackup({ ...request, replace: true }), refusal('conflict', /a controller runs on it/));
  assert.deepEqual(other.notes(), ['of the other']);
  lock[Symbol.dispose]();

  const { aside } = await restoreBackup({ ...request, replace: true });
  assert.equal(aside, join(other.path, 'replaced-20261128T031700.000Z'));
  assert.equal(statSync(aside).mode & 0o777, 0o700);
  assert.deepEqual(notesIn(other.path), ['before the backup', 'after the backup']);
  other.db.close();
  assert.deepEqual(notesIn(aside), ['of the other']);
  assert.equal(readFileSync(join(other.path, 'releases/0123.tar.gz'), 'utf8'), 'a release');
});

test('a restore that was cut off keeps a controller from starting; another one ends it', async () => {
  const { file } = await backup();
  const directory = fresh();
  await restoreBackup({ file, directory, replace: false, now: () => AT });
  refuseUnfinishedRestore(directory);
  writeFileSync(join(directory, 'restore-unfinished'), '');
  assert.throws(() => refuseUnfinishedRestore(directory), refusal('conflict', /was interrupted/));
  await assert.rejects(backup({ directory }), refusal('conflict', /was interrupted/));
  await restoreBackup({ file, directory, replace: true, now: () => AT });
  refuseUnfinishedRestore(directory);
});

test('a backup of a newer promfleet says so', async () => {
  using newer = await controllerDirectory();
  newer.db.pragma('user_version = 99');
  const { file } = await backup({ directory: newer.path });
  await assert.rejects(verifyBackup(file), refusal('invalid', /its schema is 99, this promfleet knows \d+$/));
});
