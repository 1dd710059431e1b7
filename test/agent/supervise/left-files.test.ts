import assert from 'node:assert/strict';
import { chownSync, lchownSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { takeOver } from '../../../agent/supervise/left-files.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const NOW = { uid: 61_001, gid: 61_002 };
const GONE = { uid: 61_003, gid: 61_004 };
/** Whose ids somebody else has by now. */
const TAKEN = { uid: 61_005, gid: 61_006 };
const isFree = async (_: string, id: number) => id === GONE.uid || id === GONE.gid;

// Only root gives files away.
test.skipIf(process.getuid?.() !== 0)(
  'what a user that is gone had left goes to its successor, and nothing else',
  async () => {
    using directory = temporaryDirectory();
    const at = (name: string) => join(directory.path, name);
    const give = (name: string, { uid, gid }: typeof NOW) => lchownSync(at(name), uid, gid);
    const ownerOf = (name: string) => [lstatSync(at(name)).uid, lstatSync(at(name)).gid];
    mkdirSync(at('data/wal'), { recursive: true });
    mkdirSync(at('outside'));
    for (const name of ['data/wal/1', 'data/config', 'data/other', 'data/roots', 'outside/passwd'])
      writeFileSync(at(name), '');
    symlinkSync(at('outside'), at('data/link'));
    for (const name of ['data', 'data/wal', 'data/wal/1', 'data/link', 'outside', 'outside/passwd']) give(name, GONE);
    give('data/other', TAKEN);
    chownSync(at('data/config'), 0, GONE.gid);
    assert.equal(await takeOver(at('data'), NOW, undefined, isFree), 5);
    const now = [NOW.uid, NOW.gid];
    for (const name of ['data', 'data/wal', 'data/wal/1', 'data/link']) assert.deepEqual(ownerOf(name), now, name);
    assert.deepEqual(ownerOf('data/config'), [0, NOW.gid]);
    assert.deepEqual(ownerOf('data/roots'), [0, 0]);
    assert.deepEqual(ownerOf('data/other'), [TAKEN.uid, TAKEN.gid]);
    for (const name of ['outside', 'outside/passwd']) assert.deepEqual(ownerOf(name), [GONE.uid, GONE.gid], name);
    // It was the unit's own when it last ran, whoever was given those ids since.
    assert.equal(await takeOver(at('data'), NOW, TAKEN, isFree), 1);
    assert.deepEqual(ownerOf('data/other'), now);
  },
);
