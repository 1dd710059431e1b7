import assert from 'node:assert/strict';
import { test } from 'vitest';
import { showDuration } from '../../proto/duration.ts';

test('a duration reads as people say it', () => {
  assert.equal(showDuration(0), 'less than a second');
  assert.equal(showDuration(1_999), '1 second');
  assert.equal(showDuration(7_500_000), '2 hours 5 minutes');
  assert.equal(showDuration(3_600_000), '1 hour');
  assert.equal(showDuration(3_605_000), '1 hour');
  assert.equal(showDuration(90 * 86_400_000 + 1), '90 days');
});
