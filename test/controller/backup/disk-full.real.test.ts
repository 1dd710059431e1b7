import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { createBackup } from '../../../controller/backup/create.ts';
import { backupName } from '../../../controller/backup/manifest.ts';
import { restoreBackup } from '../../../controller/backup/restore.ts';
import type { Fault } from '../../../proto/fault.ts';
import { canMount } from '../../support/can-mount.ts';
import { type ControllerDirectory, controllerDirectory } from '../../support/controller-directory.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const NOW = Date.UTC(2026, 10, 28);
const saysFull = (fault: Fault) => (assert.match(fault.message, /the disk is full$/), fault.code === 'unavailable');

describe.skipIf(!canMount())('a disk that is full', () => {
  const life = new DisposableStack();
  let controller: ControllerDirectory;
  let small: string;
  beforeAll(async () => {
    controller = life.use(await controllerDirectory());
    // Random, so that it takes as much room in an archive.
    for (let row = 0; row < 40; row++) controller.note(randomBytes(25_000).toString('base64'));
    small = life.use(temporaryDirectory()).path;
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m,mode=700', 'promfleet-small', small]);
    life.defer(() => void execFileSync('umount', ['--lazy', small]));
  });
  afterAll(() => life.dispose());

  const backup = (directory: string, keep: number, now = NOW) =>
    createBackup({ directory: controller.path, to: { directory }, withReleases: false, keep, now: () => now });

  test('leaves every older backup, and no half of a new one', async () => {
    await backup(small, 1);
    writeFileSync(join(small, 'of someone else'), randomBytes(500_000));
    await assert.rejects(backup(small, 1, NOW + 1), saysFull);
    assert.deepEqual(readdirSync(small).toSorted(), ['of someone else', backupName(NOW)]);
  });

  test('keeps the state that a restore would have replaced', async () => {
    using elsewhere = temporaryDirectory();
    const { file } = await backup(elsewhere.path, 1);
    const state = join(small, 'state');
    mkdirSync(join(state, 'pki'), { recursive: true });
    writeFileSync(join(state, 'pki/authority.json'), 'mine');
    writeFileSync(join(small, 'filler'), randomBytes(300_000));
    await assert.rejects(restoreBackup({ file, directory: state, replace: true, now: () => NOW }), saysFull);
    assert.deepEqual(readdirSync(state, { recursive: true, encoding: 'utf8' }).toSorted(), [
      'pki',
      'pki/authority.json',
    ]);
  });
});
