import assert from 'node:assert/strict';
import { test } from 'vitest';
import { interpreterOf, judgeRun, showRuns } from '../../../agent/scripts/judge-run.ts';

test('what did not end well, or printed nothing or too much, is not taken', () => {
  const ended = { ok: true, end: 'exited with code 0', output: 'a 1', stdout: 'a 1\n' };
  assert.equal(judgeRun(ended, 100), '');
  assert.equal(
    judgeRun({ ...ended, ok: false, end: 'exited with code 2', output: 'a\nno such disk\n' }, 100),
    'exited with code 2: no such disk',
  );
  assert.equal(
    judgeRun({ ...ended, ok: false, end: 'gave no answer within 1 s', output: '' }, 100),
    'gave no answer within 1 s',
  );
  assert.equal(judgeRun({ ...ended, stdout: ' \n' }, 100), 'it printed nothing');
  assert.equal(judgeRun({ ...ended, stdout: 'x'.repeat(100) }, 100), 'it printed more than 100 bytes');
});

test('a file is run by what its first line names, with all that follows as one word', () => {
  const run = (line: string) => interpreterOf(Buffer.from(`${line}\necho\n`));
  assert.deepEqual(run('#!/bin/sh'), ['/bin/sh']);
  assert.deepEqual(run('#! /usr/bin/env python3 -u'), ['/usr/bin/env', 'python3 -u']);
  assert.equal(run('echo'), undefined);
  assert.equal(run('#!sh'), undefined);
});

test('how scripts go are families of metrics with one description each', () => {
  const run = { fault: '', startedAtMs: 2_000, durationMs: 500, succeededAtMs: 2_000 };
  assert.equal(
    showRuns([
      { ...run, name: 'b', fault: 'x', succeededAtMs: 0 },
      { ...run, name: 'a' },
    ]),
    `# HELP promfleet_script_success Whether the last run of the script ended well.
# TYPE promfleet_script_success gauge
promfleet_script_success{script="a"} 1
promfleet_script_success{script="b"} 0
# HELP promfleet_script_last_run_timestamp_seconds When the last run of the script began.
# TYPE promfleet_script_last_run_timestamp_seconds gauge
promfleet_script_last_run_timestamp_seconds{script="a"} 2
promfleet_script_last_run_timestamp_seconds{script="b"} 2
# HELP promfleet_script_last_success_timestamp_seconds When the script last ended well.
# TYPE promfleet_script_last_success_timestamp_seconds gauge
promfleet_script_last_success_timestamp_seconds{script="a"} 2
promfleet_script_last_success_timestamp_seconds{script="b"} 0
# HELP promfleet_script_duration_seconds How long the last run of the script took.
# TYPE promfleet_script_duration_seconds gauge
promfleet_script_duration_seconds{script="a"} 0.5
promfleet_script_duration_seconds{script="b"} 0.5
`,
  );
});
