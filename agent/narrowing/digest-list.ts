import type { Finding } from '../../proto/fault.ts';

/** `HEX  name` or `HEX *name`; a name with a line end or a backslash in it has a backslash before the line. */
const LINE = /^\\?([0-9a-f]{64}) [ *]\S/;

/** Reads what `sha256sum` prints. Blank lines mean nothing; anything else is a mistake. */
export function readDigestList(file: string, text: string): { digests: string[]; findings: Finding[] } {
  const digests: string[] = [];
  const findings: Finding[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const digest = LINE.exec(line)?.[1];
    if (digest) digests.push(digest);
    else findings.push({ file, line: index + 1, column: 1, message: 'expected a line as `sha256sum` prints it' });
  }
  return { digests, findings };
}
