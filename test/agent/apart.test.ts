import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'vitest';
import { workApart, writeComplaint } from '../../agent/apart.ts';
import { bringApart } from '../../agent/bring-apart.ts';
import { readVirtualisation } from '../../agent/host-facts.ts';
import { DiskFault } from '../../agent/install/disk-fault.ts';
import { Fault } from '../../proto/fault.ts';
import { release } from '../support/samples.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const apart = workApart(fileURLToPath(new URL('../../agent/main.ts', import.meta.url)));
const NEVER = new AbortController().signal;

/** A program of the test's own in the place of the agent. */
function program(directory: string, script: string) {
  writeFileSync(`${directory}/program.cjs`, script);
  return workApart(`${directory}/program.cjs`);
}

test('what cannot be brought is said in the words and with the code that it was thrown with', async () => {
  using home = temporaryDirectory();
  const bring = bringApart(apart, home.path, () => '127.0.0.1:1');
  await assert.rejects(
    bring(release, () => undefined, NEVER),
    { name: 'Fault', code: 'unavailable', message: 'cannot download: this host is not enrolled' },
  );
});

test('a full disk stays one, and an error that is no fault stays none', async () => {
  using directory = temporaryDirectory();
  for (const thrown of [new DiskFault('cannot install: /x is full', 'make room'), new Error('a bug')]) {
    const failing = program(
      directory.path,
      `process.stderr.write(${JSON.stringify(writeComplaint(thrown))}); process.exitCode = 1`,
    );
    await assert.rejects(failing(['bring']), (error: Error) => {
      assert.equal(error.message, thrown.message);
      assert.deepEqual(
        [error instanceof DiskFault, error instanceof Fault],
        [thrown instanceof DiskFault, thrown instanceof Fault],
      );
      return true;
    });
  }
});

test('what is printed is heard line by line; a process that is killed, or ended, says so', async () => {
  using directory = temporaryDirectory();
  const lines: string[] = [];
  await program(directory.path, 'console.log("one\\ntwo")')(['bring'], { onLine: (line) => lines.push(line) });
  assert.deepEqual(lines, ['one', 'two']);
  await assert.rejects(
    program(directory.path, 'process.kill(process.pid, "SIGKILL")')(['bring']),
    /ended with SIGKILL/,
  );
  const hanging = program(directory.path, 'console.log("on"); setInterval(() => {}, 1000)');
  const ending = new AbortController();
  await assert.rejects(hanging(['bring'], { onLine: () => ending.abort(), signal: ending.signal }), /abort/);
});

test('what kind of machine this is, it says as well', async () => {
  assert.equal(await apart(['virtualisation']), await readVirtualisation());
});
