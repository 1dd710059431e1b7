import assert from 'node:assert/strict';
import { test } from 'vitest';
import { isSame, preferring, takeControllers, typedControllers } from '../../../agent/state/controllers.ts';

const present = { sessions: ['a:9441', 'b:9441'], enrolments: ['a:9442', 'b:9442'] };
const told = (sessions: string[], enrolments: string[] = []) => ({ sessions, enrolments });

test('the newest list takes the place of the old one, but for the address that it came over', () => {
  const next = takeControllers(present, told(['c:9441', 'd:9441'], ['c:9442', 'd:9442']), 'a:9441');
  assert.deepEqual(next, told(['a:9441', 'c:9441', 'd:9441'], ['a:9442', 'c:9442', 'd:9442']));
  assert.ok(isSame(takeControllers(next, told(['c:9441', 'd:9441'], ['c:9442', 'd:9442']), 'a:9441'), next));
  assert.deepEqual(
    takeControllers(next, told(['d:1', 'c:9441'], ['d:2']), 'c:9441'),
    told(['c:9441', 'd:1'], ['c:9442', 'd:2']),
  );
});

test('an empty list, or one with nothing usable in it, replaces nothing', () => {
  for (const bad of [[], [''], ['no port'], ['a:0'], ['a:70000'], ['https://a:1/x'], ['a b:1']]) {
    assert.deepEqual(takeControllers(present, told(bad, bad), 'a:9441'), present);
  }
  assert.deepEqual(takeControllers(present, told(['x', '[::1]:9441'], []), 'a:9441'), {
    sessions: ['a:9441', '[::1]:9441'],
    enrolments: present.enrolments,
  });
});

test('what works goes first, once', () => {
  assert.deepEqual(preferring('b', ['a', 'b', 'c']), ['b', 'a', 'c']);
});

test('what an administrator types is completed by what is known', () => {
  assert.deepEqual(typedControllers(['c', 'd:1'], present), told(['c:9441', 'd:1'], ['c:9442', 'd:9442']));
  assert.deepEqual(typedControllers(['2001:db8::1', '[::1]:5'], present), {
    sessions: ['[2001:db8::1]:9441', '[::1]:5'],
    enrolments: ['[2001:db8::1]:9442', '[::1]:9442'],
  });
  for (const bad of [[], ['a:b'], ['a:99999'], ['a/b'], ['']]) assert.equal(typedControllers(bad, present), undefined);
});
