import { randomBytes } from 'node:crypto';
import { Fault } from '../../proto/fault.ts';
import type { SecretReference, SecretValue } from '../../proto/secrets.ts';
import { Overtaken } from '../fleet/basis.ts';
import type { SecretReader } from '../fleet/deps.ts';
import type { KnownSecret } from '../fleet/resource.ts';
import type { SecretRow, SecretStore } from '../store/secrets.ts';
import type { KeySource } from './key.ts';
import { keyIdOf, seal, unseal } from './seal.ts';

/** Secrets as they are stored, and the key that opens them. */
export class Vault implements SecretReader {
  readonly #store: SecretStore;
  readonly #key: KeySource;

  constructor(store: SecretStore, key: KeySource) {
    this.#store = store;
    this.#key = key;
  }

  get keyFrom(): string {
    return this.#key.from;
  }

  known(): ReadonlyMap<string, KnownSecret> {
    return new Map(
      this.#store.all().map((row) => [row.name, { version: row.version, isReadable: this.isReadable(row) }]),
    );
  }

  isReadable({ keyId }: SecretRow): boolean {
    const { present } = this.#key;
    return present !== undefined && keyIdOf(present) === keyId;
  }

  /** @throws Overtaken when one is not there in that version any more, Fault `unavailable` when it does not open. */
  open(references: readonly SecretReference[]): SecretValue[] {
    return references.map(({ name, version }) => ({ name, version, value: this.#value(name, version) }));
  }

  #value(name: string, version: string): string {
    const row = this.#store.find(name);
    const cannot = (why: string) =>
      new Fault('unavailable', `cannot open the secret ${name}: ${why}`, { hint: setAnew(name) });
    if (row?.version !== version) throw new Overtaken(`the secret ${name} was set or removed`);
    if (!this.isReadable(row)) throw cannot(`it was sealed with another key than that of ${this.#key.from}`);
    try {
      return unseal(this.#key.demand(), row, row.sealed);
    } catch {
      throw cannot('what is stored of it was altered');
    }
  }

  /** The next value of a name, as a row that is not stored yet. */
  next(name: string, value: string, by: { readonly actor: string; readonly at: number }): SecretRow {
    const number = (this.#store.find(name)?.number ?? 0) + 1;
    const version = `${number}.${randomBytes(6).toString('hex')}`;
    const key = this.#key.demand();
    const sealed = seal(key, { name, version }, value);
    return { name, number, version, keyId: keyIdOf(key), sealed, setAt: by.at, setBy: by.actor };
  }

  /**
   * A command gives the key now, and rows are sealed with that of the file from before: they are sealed anew.
   * @returns how many
   */
  moveToCommand(commit: (work: () => void) => void): number {
    const { left, present } = this.#key;
    if (!left || !present) return 0;
    const leftId = keyIdOf(left);
    const rows = this.#store.all().filter((row) => row.keyId === leftId);
    const moved = rows.map((row) => {
      const sealed = seal(present, row, unseal(left, row, row.sealed));
      return { ...row, keyId: keyIdOf(present), sealed };
    });
    commit(() => {
      for (const row of moved) this.#store.put(row);
    });
    // Only once nothing needs it.
    this.#key.forgetLeft();
    return moved.length;
  }
}

export const setAnew = (name: string): string => `set it anew: promfleet secret rotate ${name} < FILE`;
