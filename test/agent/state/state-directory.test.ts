import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { test } from 'vitest';
import { makeStateDirectory } from '../../../agent/state/state-directory.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

test('a home that is made for the agent’s state is open to the users of its units, the state itself to nobody', () => {
  using directory = temporaryDirectory();
  const home = `${directory.path}/new/home`;
  makeStateDirectory(`${home}/agent`);
  makeStateDirectory(`${home}/agent`);
  assert.equal(statSync(home).mode & 0o777, 0o755);
  assert.equal(statSync(`${home}/agent`).mode & 0o777, 0o700);
});
