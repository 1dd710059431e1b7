import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'vitest';
import { typeCommand } from '../support/type-command.ts';

const MISTAKES = fileURLToPath(new URL('../fixtures/mistakes/', import.meta.url));

/** What `check` says of folders with one of each mistake, whole. After a change of words: UPDATE_GOLDEN=1, and read it as someone tired would. */
async function told(golden: string, ...folders: string[]): Promise<void> {
  const { out, code } = await typeCommand(['check', ...folders.flatMap((folder) => ['-f', `${MISTAKES}${folder}`])]);
  assert.equal(code, 1);
  const text = out.replaceAll(MISTAKES, '');
  const file = `${MISTAKES}${golden}.txt`;
  if (process.env['UPDATE_GOLDEN']) writeFileSync(file, text);
  assert.equal(text, readFileSync(file, 'utf8'));
}

test('documents that are not as they should be, in layers: every mistake is told at once, at its place', () =>
  told('shapes', 'shapes/base', 'shapes/prod'));

test('names that lead nowhere, clashes, expressions, rules: every mistake is told at once, at its place', () =>
  told('references', 'references'));
