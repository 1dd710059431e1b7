import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'vitest';
import { judgeJoinToken, makeJoinToken, readJoinToken, TOKEN_BYTES } from '../../../controller/enrolment/join-token.ts';

const row = {
  id: 't1',
  hash: 'h',
  labels: {},
  usesLeft: 1,
  expiresAt: 10_000,
  createdAt: 0,
  createdBy: 'root',
  revokedAt: undefined,
};

test('a token is pfj_, 32 random characters and a checksum of 4', () => {
  const token = makeJoinToken(new Uint8Array(TOKEN_BYTES));
  assert.match(token, /^pfj_a{32}[a-z2-7]{4}$/);
  const other = makeJoinToken(randomBytes(TOKEN_BYTES));
  assert.notEqual(other, makeJoinToken(randomBytes(TOKEN_BYTES)));
  assert.equal(readJoinToken(` ${other.toUpperCase()}\n`), other);
});

test('a mistyped token is malformed, wherever it was mistyped', () => {
  const token = makeJoinToken(randomBytes(TOKEN_BYTES));
  const malformed = { name: 'Fault', code: 'invalid', message: /malformed/, hint: /copy it whole/ };
  for (let at = 4; at < token.length; at++) {
    const wrong = token[at] === 'a' ? 'b' : 'a';
    assert.throws(() => readJoinToken(token.slice(0, at) + wrong + token.slice(at + 1)), malformed, `at ${at}`);
  }
  for (const text of ['', 'pfj_', token.slice(0, -1), `${token}a`, token.slice(4), 'not a token']) {
    assert.throws(() => readJoinToken(text), malformed, text);
  }
});

test('unknown, revoked, expired and used up are told apart', () => {
  assert.equal(judgeJoinToken(row, 9_999), row);
  const denied = (message: RegExp) => ({ name: 'Fault', code: 'denied', message, hint: /promfleet token create/ });
  assert.throws(() => judgeJoinToken(undefined, 0), denied(/never issued/));
  assert.throws(() => judgeJoinToken({ ...row, revokedAt: 1 }, 0), denied(/t1 was revoked/));
  assert.throws(() => judgeJoinToken(row, 10_000 + 7_500_000), denied(/t1 expired 2 hours 5 minutes ago/));
  assert.throws(() => judgeJoinToken({ ...row, usesLeft: 0 }, 0), denied(/t1 is used up/));
});
