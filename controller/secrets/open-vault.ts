import type { Commit } from '../events/commit.ts';
import type { Log } from '../log.ts';
import type { SecretStore } from '../store/secrets.ts';
import { openKey } from './key.ts';
import { Vault } from './vault.ts';

export interface VaultOptions {
  /** The controller's. */
  readonly directory: string;
  /** What prints the key; undefined: it lies in a file. */
  readonly command: readonly string[] | undefined;
  readonly store: SecretStore;
  readonly commit: Commit;
  readonly log: Log;
}

/** @throws Fault when there should be a key and it can't be had. */
export async function openVault({ directory, command, store, commit, log }: VaultOptions): Promise<Vault> {
  const vault = new Vault(store, await openKey(directory, command));
  const moved = vault.moveToCommand((work) => commit(work));
  if (moved > 0) log.info({ moved }, 'secrets are sealed with the key of the command now; the key file is removed');
  const unreadable = store.all().flatMap((row) => (vault.isReadable(row) ? [] : [row.name]));
  if (unreadable.length > 0) {
    const message = 'cannot read secrets: they were sealed with another key; hosts keep what they have';
    log.error({ secrets: unreadable, key: vault.keyFrom }, message);
  }
  return vault;
}
