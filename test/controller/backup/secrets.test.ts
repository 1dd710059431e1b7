import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { test } from 'vitest';
import { createBackup } from '../../../controller/backup/create.ts';
import { restoreBackup } from '../../../controller/backup/restore.ts';
import { commitTo } from '../../../controller/events/commit.ts';
import { EventStream } from '../../../controller/events/stream.ts';
import { KEY_FILE } from '../../../controller/secrets/key.ts';
import { openVault } from '../../../controller/secrets/open-vault.ts';
import { openDatabase } from '../../../controller/store/database.ts';
import { openStores } from '../../../controller/store/stores.ts';
import { controllerDirectory } from '../../support/controller-directory.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

/** The secrets of a state directory, as its controller opens them. */
async function opened(directory: string) {
  const db = openDatabase(join(directory, 'promfleet.db'));
  const { secrets: store } = openStores(db);
  const log = pino({ level: 'silent' });
  const vault = await openVault({ directory, command: undefined, store, commit: commitTo(db, new EventStream()), log });
  return { store, vault, [Symbol.dispose]: () => void db.close() };
}

test('a backup holds the secrets with their key, and what is restored reads them', async () => {
  using controller = await controllerDirectory();
  using elsewhere = temporaryDirectory();
  {
    using at = await opened(controller.path);
    at.store.put(at.vault.next('p', 'hunter2', { actor: 'ann', at: 1 }));
  }
  const file = join(elsewhere.path, 'backup.tar.gz');
  const { manifest } = await createBackup({
    directory: controller.path,
    to: { file },
    withReleases: false,
    keep: undefined,
    now: () => 1,
  });
  assert.ok(manifest.files.some(({ path }) => path === KEY_FILE));
  const directory = join(elsewhere.path, 'restored');
  await restoreBackup({ file, directory, replace: false, now: () => 1 });
  assert.equal(statSync(join(directory, KEY_FILE)).mode & 0o777, 0o600);
  using at = await opened(directory);
  assert.deepEqual(
    at.vault.open(at.store.all()).map(({ name, value }) => [name, value]),
    [['p', 'hunter2']],
  );
});
