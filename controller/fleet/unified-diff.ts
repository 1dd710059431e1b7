import { createTwoFilesPatch } from 'diff';

/** Comparing takes the square of it: a rule file that was written anew must not hold up everybody else for half a minute. */
const MOST_EDITS = 1_000;

/** As `diff -u` has it, with three lines around; what differs in too many places is counted instead. */
export function unifiedDiff(path: string, before: string, after: string): string {
  if (before === after) return '';
  const head = `--- ${path}\n+++ ${path}\n`;
  if (before === '' || after === '') return head + wholeFile(before, after);
  const options = { context: 3, maxEditLength: MOST_EDITS };
  const patch = createTwoFilesPatch(path, path, before, after, '', '', options);
  if (patch !== undefined) return head + patch.slice(patch.indexOf('@@'));
  const [was, is] = [linesOf(before).length, linesOf(after).length];
  return `${head}@@ -1,${was} +1,${is} @@ too much differs to show it: ${was} lines become ${is}\n`;
}

function wholeFile(before: string, after: string): string {
  const [was, is] = [linesOf(before), linesOf(after)];
  const end = (before + after).endsWith('\n') ? '' : '\\ No newline at end of file\n';
  const lines = [...was.map((line) => `-${line}\n`), ...is.map((line) => `+${line}\n`)];
  return `@@ -${rangeOf(was)} +${rangeOf(is)} @@\n${lines.join('')}${end}`;
}

const rangeOf = ({ length }: readonly string[]): string => (length === 0 ? '0,0' : length === 1 ? '1' : `1,${length}`);

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));
