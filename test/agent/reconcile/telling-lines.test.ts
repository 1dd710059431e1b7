import assert from 'node:assert/strict';
import { test } from 'vitest';
import { tellingLines } from '../../../agent/reconcile/telling-lines.ts';

const PANIC = [
  'time=1 level=INFO msg=starting',
  'panic: regexp: Compile(`(`): error parsing regexp: missing closing ): `(`',
  '',
  'goroutine 1 [running]:',
  'regexp.MustCompile({0x7ffc80134ec1, 0x1})',
  '\tregexp/regexp.go:313 +0xb4',
];

test('the last lines end with what a program died of, not with its stack trace', () => {
  assert.deepEqual(tellingLines(PANIC, 20), PANIC.slice(0, 2));
  assert.deepEqual(tellingLines(PANIC, 1), PANIC.slice(1, 2));
  const signal = ['panic: runtime error: nil pointer', '[signal SIGSEGV]', '', 'goroutine 7 [running]:', 'main.main()'];
  assert.deepEqual(tellingLines(signal, 20), signal.slice(0, 2));
});

test('a panic of an earlier start says nothing of the last one', () => {
  const lines = [...PANIC, 'time=2 level=ERROR msg="no such file"'];
  assert.deepEqual(tellingLines(lines, 20), lines);
  assert.deepEqual(tellingLines(['a', 'b', 'c'], 2), ['b', 'c']);
});
