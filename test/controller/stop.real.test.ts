import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { test } from 'vitest';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const PROMFLEET = fileURLToPath(new URL('../../installers/promfleet', import.meta.url));
/** Opens a call as an agent does that would enrol, and says no more. */
const CALLS = `const session = require('node:http2').connect(process.argv[1], { rejectUnauthorized: false });
const call = session.request({ ':method': 'POST', ':path': '/promfleet.v1.Enrolment/Enrol', 'content-type': 'application/grpc', te: 'trailers' },
  { endStream: false });
session.once('connect', () => session.ping(() => console.log('connected')));`;

test('a controller that is told to stop does, though who is connected answers nothing any more', async () => {
  using scratch = temporaryDirectory();
  const free = ['--api-port', '0', '--session-port', '0', '--enrolment-port', '0'];
  const argv = ['controller', '--dir', join(scratch.path, 'state'), '--listen', '127.0.0.1', ...free];
  const controller = spawn(PROMFLEET, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: string[] = [];
  const lines = createInterface({ input: controller.stdout }).on('line', (line) => said.push(line));
  const ended = once(controller, 'exit');
  const [up] = (await once(lines, 'line')) as [string];
  const { enrolment } = JSON.parse(up) as { enrolment: number };
  const caller = spawn(process.execPath, ['-e', CALLS, `https://127.0.0.1:${enrolment}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(caller.stdout, 'data');
    caller.kill('SIGSTOP');
    controller.kill('SIGTERM');
    const late = new Promise((_, reject) => setTimeout(reject, 20_000, new Error(said.join('\n'))).unref());
    assert.deepEqual(await Promise.race([ended, late]), [0, null]);
  } finally {
    caller.kill('SIGKILL');
    controller.kill('SIGKILL');
  }
});
