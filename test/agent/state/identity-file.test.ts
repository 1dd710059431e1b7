import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'vitest';
import { IdentityFile } from '../../../agent/state/identity-file.ts';
import { openPair } from '../uplink/pair.ts';

test('of two changes that come at once none is lost, and neither is half written', async () => {
  await using pair = await openPair();
  await pair.enrol();
  const file = new IdentityFile(pair.layout.state);
  await Promise.all([file.change({ sessions: ['a:1'] }), file.change({ enrolments: ['b:2'.repeat(1_000)] })]);
  const { sessions, enrolments } = file.read() ?? {};
  assert.deepEqual([sessions, enrolments], [['a:1'], ['b:2'.repeat(1_000)]]);
  assert.deepEqual(readdirSync(pair.layout.state), ['identity.json']);
});
