import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'vitest';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const MODULE = fileURLToPath(new URL('../../../agent/state/atomic-file.ts', import.meta.url));

/** Where no file may grow beyond half a KiB: the first write of more is cut short with no error, as on a disk that is almost full. */
function writeWithLittleRoom(call: string) {
  const script = `import { writeAtomically, writeAtomicallySync } from ${JSON.stringify(MODULE)}; ${call}`;
  const shell = `trap '' XFSZ; ulimit -f 1; exec "$0" --input-type=module --eval "$1"`;
  return spawnSync('sh', ['-c', shell, process.execPath, script], { encoding: 'utf8' });
}

for (const call of ['writeAtomicallySync(PATH, CONTENT)', 'await writeAtomically(PATH, CONTENT, { mode: 0o600 })']) {
  test(`what finds no room leaves the old file as it was: ${call}`, () => {
    using directory = temporaryDirectory();
    const path = `${directory.path}/record.json`;
    writeFileSync(path, 'old');
    const run = call.replace('PATH', JSON.stringify(path)).replace('CONTENT', "'x'.repeat(100_000)");
    const { status, stderr } = writeWithLittleRoom(run);
    assert.equal(readFileSync(path, 'utf8'), 'old');
    assert.equal(status, 1, stderr);
    assert.match(stderr, /EFBIG/);
    assert.deepEqual(readdirSync(directory.path), ['record.json']);
  });
}
