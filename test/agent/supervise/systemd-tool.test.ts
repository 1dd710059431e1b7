import assert from 'node:assert/strict';
import { test } from 'vitest';
import { confinedTool, resultOfConfined } from '../../../agent/supervise/systemd-tool.ts';

const RUN = {
  program: '/opt/promfleet/releases/p/promtool',
  argv: ['check', '$HOME', '--', '%n'],
  env: { GOMAXPROCS: '1' },
  workingDirectory: '/etc/prometheus',
  timeoutMs: 15_000,
};

test('a program of a release is run as its user, confined, with no network and no longer than it may', () => {
  const { program, argv, identity, workingDirectory } = confinedTool(RUN, 'prometheus');
  assert.equal(program, 'systemd-run');
  assert.deepEqual([identity, workingDirectory], [undefined, '/']);
  for (const word of [
    '--wait',
    '--working-directory=/etc/prometheus',
    '--property=User=prometheus',
    '--property=RuntimeMaxSec=17',
    '--property=PrivateNetwork=true',
    '--property=ProtectSystem=strict',
    '--property=NoNewPrivileges=true',
    '--property=CapabilityBoundingSet=',
    '--setenv=GOMAXPROCS=1',
  ]) {
    assert.ok(argv.includes(word), word);
  }
  assert.deepEqual(argv.slice(argv.indexOf('--')), ['--', RUN.program, 'check', '$$HOME', '--', '%n']);
});

test('what systemd did not come to run is told from what ran and failed', () => {
  const ended = (end: string) => resultOfConfined({ ok: false, output: '', stdout: '', end }).end;
  assert.equal(ended('exited with code 203'), 'could not be started: systemd exited with code 203');
  for (const end of ['exited with code 1', 'exited with code 20', 'exited with code 255', 'killed by SIGKILL'])
    assert.equal(ended(end), end);
});
