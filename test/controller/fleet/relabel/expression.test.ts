import assert from 'node:assert/strict';
import { test } from 'vitest';
import { translate } from '../../../../controller/fleet/relabel/expression.ts';

test('a pattern means the whole value, as RE2 reads it', () => {
  const groups = (pattern: string, value: string): (string | undefined)[] | undefined => {
    const match = translate(pattern)?.exec(value);
    return match ? [...match].slice(1) : undefined;
  };
  assert.deepEqual(groups('([^:]+)(:\\d+)?', 'db-1.example.com:9100'), ['db-1.example.com', ':9100']);
  assert.deepEqual(groups('(a|ab)(c|bcd)?', 'abcd'), ['a', 'bcd']);
  assert.deepEqual(groups('(?P<one>\\w+)\\-(?:x|y){2}', 'a-xy'), ['a']);
  assert.deepEqual(groups('https?://([^/]*)(/.*)?', 'https://a/b\nc'), ['a', '/b\nc']);
  assert.deepEqual([groups('b', 'abc'), groups('\\s', '\v'), groups('', 'a')], [undefined, undefined, undefined]);
});

test('what both might read otherwise, or what might take for ever, is given up', () => {
  const left = [
    '(?i)a',
    '(?i:a)',
    '(?=a)',
    '[[:alpha:]]',
    '[]a]',
    '\\pL',
    '\\x41',
    '\\Qa\\E',
    '\\bx',
    '[\\S]',
    '{',
    'a**',
  ];
  const slow = ['(a+)+', '(?:a*)*b', '((a)|b)*', '(a|(b))+', '((?:a+))*', '(a', 'a)'];
  assert.deepEqual(
    [...left, ...slow].filter((pattern) => translate(pattern) !== undefined),
    [],
  );
});
