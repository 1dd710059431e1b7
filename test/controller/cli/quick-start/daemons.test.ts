import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, test } from 'vitest';
import { startDaemon } from '../../../../controller/cli/quick-start/daemons.ts';

const directory = mkdtempSync(join(tmpdir(), 'promfleet-daemons-'));
afterAll(() => rmSync(directory, { recursive: true }));

const daemon = (script: string) => ({
  name: 'sleeper',
  program: '/bin/sh',
  args: ['-c', script],
  logFile: join(directory, 'sleeper.log'),
});

test('a daemon that ends at once is told with its last words', async () => {
  await assert.rejects(
    startDaemon(daemon('echo no such key; exit 3'), async () => false),
    /cannot start the sleeper: it exited with code 3\n {2}no such key/,
  );
});

test('whoever gives up waiting is not held up by the daemon, which runs on', async () => {
  const module = new URL('../../../../controller/cli/quick-start/daemons.ts', import.meta.url).href;
  const script = `const { startDaemon } = await import(${JSON.stringify(module)});
    const daemon = ${JSON.stringify(daemon('echo $$; exec sleep 12'))};
    let pid; const answers = () => { throw new Error('the other one went away'); };
    try { await startDaemon(daemon, answers); } catch (error) { console.log(error.message); }`;
  const waiter = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const began = performance.now();
  await once(waiter, 'exit');
  assert.ok(performance.now() - began < 10_000, 'it waited for the daemon to end');
});
