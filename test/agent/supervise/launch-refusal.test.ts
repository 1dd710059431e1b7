import assert from 'node:assert/strict';
import { test } from 'vitest';
import { refuseLaunch } from '../../../agent/supervise/launch-refusal.ts';
import type { Launch } from '../../../agent/supervise/supervisor.ts';
import { launchOf } from './scene.ts';

const refusal = (more: Partial<Launch>): string => {
  try {
    refuseLaunch(launchOf('/opt', 'steady', more));
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};
const evil = 'x\nExecStartPre=/bin/evil';

test('an ordinary launch is not refused', () => {
  assert.equal(refusal({ argv: ['a\nb', '$c'], env: { A: evil }, writable: ['/var/lib/a b'] }), '');
});

test('what could break out of a unit file, a path or an environment is refused', () => {
  assert.match(refusal({ unit: '../unit' }), /as a unit's name$/);
  assert.match(refusal({ user: evil }), /is no user's name$/);
  assert.match(refusal({ user: '' }), /is no user's name$/);
  assert.match(refusal({ stop: { signal: evil, graceSeconds: 1, kill: true } }), /is no signal$/);
  assert.match(refusal({ program: 'steady' }), /"steady" is no absolute path$/);
  assert.match(refusal({ workingDirectory: `/${evil}` }), /is no absolute path$/);
  assert.match(refusal({ writable: ['data'] }), /"data" is no absolute path$/);
  assert.match(refusal({ argv: ['a\0b'] }), /zero byte$/);
  assert.match(refusal({ env: { 'A=B': 'c' } }), /is no variable's name$/);
});

test('root is refused by name and by number', () => {
  for (const user of ['root', '0', '1000']) assert.match(refusal({ user }), /units never run as root$/);
});
