import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, test } from 'vitest';
import { holdInstanceLock, readIdentity } from '../../controller/instance-lock.ts';
import { identityOf } from '../../controller/process-identity.ts';

const directory = mkdtempSync(join(tmpdir(), 'promfleet-lock-'));
afterAll(() => rmSync(directory, { recursive: true }));

const MODULE = new URL('../../controller/instance-lock.ts', import.meta.url).href;
/** A process that tries for the lock, says how it went, and holds on. */
function contender(path: string) {
  const script = `const { holdInstanceLock } = await import(${JSON.stringify(MODULE)});
    try { await holdInstanceLock(${JSON.stringify(path)}); console.log('held'); setInterval(() => {}, 1000); }
    catch (error) { console.log(error.message); }`;
  return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
}
const firstLine = async (child: ReturnType<typeof contender>): Promise<string> =>
  String((await once(child.stdout, 'data'))[0]).trim();

test('a second controller on the same directory is refused, and told who is there', async () => {
  const path = join(directory, 'second');
  const first = contender(path);
  assert.equal(await firstLine(first), 'held');
  await assert.rejects(holdInstanceLock(path), new RegExp(`process ${first.pid} already runs a controller`));
  first.kill('SIGKILL');
  await once(first, 'exit');
});

test('the lock of a killed controller is taken over, by exactly one of several', async () => {
  const path = join(directory, 'killed');
  const first = contender(path);
  await firstLine(first);
  first.kill('SIGKILL');
  await once(first, 'exit');
  const rivals = [contender(path), contender(path), contender(path)];
  const answers = await Promise.all(rivals.map(firstLine));
  assert.equal(answers.filter((answer) => answer === 'held').length, 1, answers.join(' | '));
  for (const rival of rivals) rival.kill('SIGKILL');
});

test('a pid that was reused does not hold the lock', async () => {
  const path = join(directory, 'reused');
  writeFileSync(path, JSON.stringify({ ...identityOf(process.ppid), startTicks: 1 }));
  using lock = await holdInstanceLock(path);
  assert.ok(lock);
  assert.equal(readIdentity(path)?.pid, process.pid);
});
