import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { expect, test } from 'vitest';
import { fillSpecs } from '../../../controller/secrets/fill-spec.ts';
import { KEY_FILE, openKey } from '../../../controller/secrets/key.ts';
import { openVault } from '../../../controller/secrets/open-vault.ts';
import type { Vault } from '../../../controller/secrets/vault.ts';
import { Fault } from '../../../proto/fault.ts';
import { openControllerState } from '../../support/open-controller-state.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { someUnit } from '../../support/unit-specs.ts';

const log = pino({ level: 'silent' });
const by = { actor: 'ann', at: 1_000 };

/** A vault on a directory of its own, and one more each time that it is opened again. */
async function scene() {
  const state = await openControllerState();
  const directory = temporaryDirectory();
  const { stores, commit } = state;
  const open = (command?: readonly string[]): Promise<Vault> =>
    openVault({ directory: directory.path, command, store: stores.secrets, commit, log });
  const store = (vault: Vault, name: string, value: string) => {
    const row = vault.next(name, value, by);
    stores.secrets.put(row);
    return row;
  };
  return {
    stores,
    open,
    store,
    file: join(directory.path, KEY_FILE),
    /** A real program that prints this. */
    program(text: string): readonly string[] {
      const path = join(directory.path, 'unseal-key');
      writeFileSync(path, `#!/bin/sh\n${text}\n`);
      chmodSync(path, 0o700);
      return [path];
    },
    [Symbol.dispose]() {
      state[Symbol.dispose]();
      directory[Symbol.dispose]();
    },
  };
}

test('a value is sealed, with a key that is made when it is first needed, for its owner alone', async () => {
  using at = await scene();
  const vault = await at.open();
  assert.equal(existsSync(at.file), false);
  const row = at.store(vault, 'p', 'hunter2');
  assert.equal(statSync(at.file).mode & 0o777, 0o600);
  assert.equal(row.sealed.includes('hunter2'), false);
  const again = await at.open();
  assert.deepEqual(again.open([row]), [{ name: 'p', version: row.version, value: 'hunter2' }]);
});

test('the same value twice is sealed otherwise, and is another version, also where the number comes again', async () => {
  using at = await scene();
  const vault = await at.open();
  const [one, two] = [vault.next('p', 'hunter2', by), vault.next('p', 'hunter2', by)];
  assert.equal(one.number, two.number);
  assert.notEqual(one.version, two.version);
  assert.notDeepEqual(one.sealed, two.sealed);
});

test.each([
  ['another name’s', (row: { name: string; version: string }) => ({ ...row, name: 'q' })],
  ['another version’s', (row: { name: string; version: string }) => ({ ...row, version: '1.0' })],
])('a sealed value in %s place does not open', async (_, move) => {
  using at = await scene();
  const vault = await at.open();
  const moved = { ...at.store(vault, 'p', 'hunter2'), ...move(at.store(vault, 'p', 'hunter2')) };
  at.stores.secrets.put(moved);
  assert.throws(() => vault.open([moved]), /cannot open the secret \w: what is stored of it was altered/);
});

test('with another key everything is told apart from what is altered, and a host is sent nothing', async () => {
  using at = await scene();
  const row = at.store(await at.open(), 'p', 'hunter2');
  writeFileSync(at.file, randomBytes(32).toString('base64'));
  const vault = await at.open();
  assert.deepEqual(vault.known(), new Map([['p', { version: row.version, isReadable: false }]]));
  assert.throws(() => vault.open([row]), /cannot open the secret p: it was sealed with another key than that of /);
  const spec = { revision: { epoch: 1, number: 1 }, units: [someUnit({ secrets: [row] })] };
  assert.equal(fillSpecs(vault, log)('a', { kind: 'spec', spec }), undefined);
  // It can be set anew: that is the way out.
  const next = at.store(vault, 'p', 'hunter3');
  assert.equal(vault.open([next])[0]?.value, 'hunter3');
});

test('a spec is filled with what its own units name, and nothing else', async () => {
  using at = await scene();
  const vault = await at.open();
  const [p] = [at.store(vault, 'p', 'hunter2'), at.store(vault, 'q', 'other')];
  const named = [{ name: p.name, version: p.version }];
  const units = [
    someUnit({ secrets: named }),
    someUnit({ name: 'second', secrets: named }),
    someUnit({ name: 'third' }),
  ];
  const filled = fillSpecs(vault, log)('a', { kind: 'spec', spec: { revision: { epoch: 1, number: 1 }, units } });
  assert.deepEqual(filled?.kind === 'spec' && filled.spec.secrets, [{ ...named[0], value: 'hunter2' }]);
  const none = { kind: 'spec', spec: { revision: { epoch: 1, number: 1 }, units: [someUnit()] } } as const;
  assert.equal(fillSpecs(vault, log)('a', none), none);
});

test('a program may give the key: what was sealed before is sealed anew, and the file goes', async () => {
  using at = await scene();
  const row = at.store(await at.open(), 'p', 'hunter2');
  const key = randomBytes(32).toString('hex');
  const vault = await at.open(at.program(`echo ${key}`));
  assert.deepEqual(vault.open([row]), [{ name: 'p', version: row.version, value: 'hunter2' }]);
  assert.equal(existsSync(at.file), false);
  assert.notDeepEqual(at.stores.secrets.find('p')?.sealed, row.sealed);
  // And back to a file: what the program's key sealed can't be read, and is not lost.
  assert.equal((await at.open()).isReadable(at.stores.secrets.find('p') ?? row), false);
  assert.equal((await at.open(at.program(`echo ${key}`))).open([row])[0]?.value, 'hunter2');
});

test('what such a program does wrong is told, and what it prints is not', async () => {
  using at = await scene();
  const wrong = {
    'no key': at.program('echo hunter2'),
    fails: ['/bin/sh', '-c', 'echo hunter2; echo "the TPM is busy" >&2; exit 3'],
    'is not there': ['/nonexistent/unseal'],
    'prints nothing': ['/bin/true'],
  };
  const told = await Promise.all(
    Object.entries(wrong).map(async ([what, command]) => {
      const fault = await openKey('/nonexistent', command).then(
        () => assert.fail(what),
        (error: unknown) => error as Fault,
      );
      assert.ok(fault instanceof Fault);
      return `${what}: ${fault.message.replace(at.file.replace(KEY_FILE, ''), '/…/')}`;
    }),
  );
  expect(told.join('\n')).toMatchInlineSnapshot(`
    "no key: cannot get the key of the secrets from /…/unseal-key: what it printed is no key of 32 bytes in hex or base64
    fails: cannot get the key of the secrets from /bin/sh: it exited with code 3: the TPM is busy
    is not there: cannot get the key of the secrets from /nonexistent/unseal: it could not be run (ENOENT)
    prints nothing: cannot get the key of the secrets from /bin/true: what it printed is no key of 32 bytes in hex or base64"
  `);
});

test('a key file that holds none stops the controller, rather than that another key takes its place', async () => {
  using at = await scene();
  mkdirSync(join(at.file, '..'), { recursive: true });
  writeFileSync(at.file, 'nothing\n');
  await assert.rejects(at.open(), /cannot read the key of the secrets in .*: it holds no key of 32 bytes/);
  assert.equal(readFileSync(at.file, 'utf8'), 'nothing\n');
});
