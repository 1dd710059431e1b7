import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'vitest';
import { createToken, revokeToken } from '../../../controller/enrolment/create-token.ts';
import { openControllerState } from '../../support/open-controller-state.ts';

const REQUEST = { labels: {}, uses: 1, lastsMs: 3_600_000 };

test('a token is stored as its hash alone, and an event tells of it without telling it', async () => {
  using state = await openControllerState();
  const made = createToken(state, { ...REQUEST, labels: { role: 'db' } }, 'ann', randomBytes);
  assert.equal(made.expiresAt, state.now() + 3_600_000);
  assert.ok(
    !JSON.stringify([state.stores.joinTokens.all(), state.stores.events.list({ limit: 9 })]).includes(made.token),
  );
  assert.deepEqual(state.stores.joinTokens.all()[0]?.labels, { role: 'db' });
  assert.equal(state.stores.joinTokens.all()[0]?.usesLeft, 1);
  assert.match(state.stores.events.list({ limit: 1 })[0]?.message ?? '', /^ann created token \w+: 1 use, for 1 hour$/);
});

test('a token that makes no sense is refused', async () => {
  using state = await openControllerState();
  for (const bad of [
    { uses: 0 },
    { uses: 1.5 },
    { lastsMs: 0 },
    { lastsMs: Number.NaN },
    { labels: { 'a-b': '' } },
    { labels: { __x: '' } },
  ]) {
    assert.throws(() => createToken(state, { ...REQUEST, ...bad }, 'ann', randomBytes), { code: 'invalid' });
  }
  assert.deepEqual(state.stores.joinTokens.all(), []);
});

test('a token is revoked once, and only one that is there', async () => {
  using state = await openControllerState();
  const { id } = state.token();
  revokeToken(state, id, 'ann');
  revokeToken(state, id, 'ann');
  assert.deepEqual(state.events(), ['TokenCreated', 'TokenRevoked']);
  assert.throws(() => revokeToken(state, 'none', 'ann'), { code: 'not_found', hint: /token list/ });
});
