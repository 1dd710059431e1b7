import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'vitest';
import { noteSession, readSession } from '../../agent/state/session-file.ts';
import { waitForSession } from '../../agent/wait.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

test('whoever waits hears of the session, or why there is none', async () => {
  using directory = temporaryDirectory();
  await assert.rejects(waitForSession(directory.path, 0), /within 0 s: no agent is running here/);
  noteSession(directory.path, { address: '', problem: 'connection refused' }, 1_000);
  await assert.rejects(waitForSession(directory.path, 0), /within 0 s: connection refused/);
  const waiting = waitForSession(directory.path, 20);
  noteSession(directory.path, { address: 'mon:9441', problem: '' }, 1_000);
  assert.equal(await waiting, 'mon:9441');
});

test('what an agent noted that is gone counts for nothing, nor does what can not be read', () => {
  using directory = temporaryDirectory();
  const gone = { pid: 1, startTicks: 1, bootId: 'another boot' };
  writeFileSync(`${directory.path}/session.json`, JSON.stringify({ agent: gone, address: 'mon:9441', problem: '' }));
  assert.equal(readSession(directory.path), undefined);
  writeFileSync(`${directory.path}/session.json`, '{');
  assert.equal(readSession(directory.path), undefined);
  // A disk without room, say: no session ends for it.
  noteSession(`${directory.path}/nowhere`, { address: 'mon:9441', problem: '' }, 1_000);
});
