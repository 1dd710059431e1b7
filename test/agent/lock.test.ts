import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'vitest';
import { lockState } from '../../agent/lock.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

test('a second agent on the same state is refused; on another it is not', async () => {
  using directory = temporaryDirectory();
  using other = temporaryDirectory();
  const lock = await lockState(directory.path);
  await assert.rejects(lockState(directory.path), /another agent is running on it/);
  using elsewhere = await lockState(other.path);
  lock[Symbol.dispose]();
  using again = await lockState(directory.path);
  assert.ok(elsewhere && again);
});

test('of agents that begin together on new state one gets the lock', async () => {
  using directory = temporaryDirectory();
  const locks = await Promise.allSettled(Array.from({ length: 8 }, () => lockState(directory.path)));
  const held = locks.flatMap((lock) => (lock.status === 'fulfilled' ? [lock.value] : []));
  assert.equal(held.length, 1);
  for (const lock of locks)
    if (lock.status === 'rejected') assert.match(String(lock.reason), /another agent is running/);
  assert.deepEqual(readdirSync(directory.path).toSorted(), ['agent.pid', 'lock-id']);
  held[0]?.[Symbol.dispose]();
});

test('the lock is gone with its holder, however that ends', async () => {
  using directory = temporaryDirectory();
  const holder = spawn(process.execPath, [
    '--input-type=module',
    '--eval',
    `import { lockState } from ${JSON.stringify(fileURLToPath(new URL('../../agent/lock.ts', import.meta.url)))};
     await lockState(${JSON.stringify(directory.path)}); console.log('held');`,
  ]);
  await once(holder.stdout, 'data');
  await assert.rejects(lockState(directory.path), /another agent/);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  using lock = await lockState(directory.path);
  assert.ok(lock);
});
