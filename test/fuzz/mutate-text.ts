import { pick } from '../support/random.ts';
import type { Random } from './mutate.ts';

const BYTES: readonly Uint8Array[] = [
  ...[
    '\u0000',
    '\t',
    '\r\n',
    '\u2028',
    '\u0085',
    '\uFEFF',
    '"',
    "'",
    '{',
    '}',
    '[',
    ']',
    ':',
    '- ',
    '&a ',
    '*a',
    '!x ',
    '|\n',
    '>-\n',
    '%',
    '@',
    '`',
    '#',
    '---\n',
    '...\n',
    '? ',
    '🙂',
    '\u202E',
    '\u0000'.repeat(9),
  ].map((text) => Buffer.from(text)),
  Uint8Array.of(0xff, 0xfe),
  Uint8Array.of(0xc3),
  Uint8Array.of(0xed, 0xa0, 0x80),
];

/** Bytes put in, taken away, changed or cut off. */
export function mutateBytes(random: Random, content: Uint8Array): [Uint8Array, string] {
  const at = Math.floor(random() * (content.length + 1));
  const length = pick(random, [1, 1, 1, 2, 5, 40]);
  switch (pick(random, ['insert', 'insert', 'delete', 'flip', 'cut', 'repeat'])) {
    case 'insert': {
      const bytes = pick(random, BYTES);
      return [Buffer.concat([content.slice(0, at), bytes, content.slice(at)]), `bytes put in at ${at}`];
    }
    case 'delete':
      return [Buffer.concat([content.slice(0, at), content.slice(at + length)]), `${length} bytes gone at ${at}`];
    case 'flip': {
      const flipped = Buffer.from(content);
      if (at < flipped.length) flipped[at] = (flipped[at] ?? 0) ^ (1 << Math.floor(random() * 8));
      return [flipped, `a bit flipped at ${at}`];
    }
    case 'repeat': {
      const piece = content.slice(at, at + length);
      const many = Buffer.concat(Array.from({ length: pick(random, [2, 10, 400]) }, () => piece));
      return [Buffer.concat([content.slice(0, at), many, content.slice(at)]), `${length} bytes repeated at ${at}`];
    }
    default:
      return [content.slice(0, at), `cut off at ${at}`];
  }
}

/** Whole lines taken away, doubled, swapped, or moved to the side. */
export function mutateLines(random: Random, text: string): [string, string] {
  const lines = text.split('\n');
  const [at, other] = [Math.floor(random() * lines.length), Math.floor(random() * lines.length)];
  const line = lines[at] ?? '';
  const how = pick(random, ['delete', 'double', 'swap', 'indent', 'dedent', 'join', 'deep']);
  if (how === 'delete') lines.splice(at, 1);
  else if (how === 'double') lines.splice(other, 0, line);
  else if (how === 'swap') [lines[at], lines[other]] = [lines[other] ?? '', line];
  else if (how === 'indent') lines[at] = `${pick(random, [' ', '  ', '\t', '    '])}${line}`;
  else if (how === 'dedent') lines[at] = line.trimStart();
  else if (how === 'join') lines.splice(at, 2, `${line} ${lines[at + 1] ?? ''}`);
  else lines.splice(at, 0, `x: ${'['.repeat(300)}${']'.repeat(300)}`);
  return [lines.join('\n'), `line ${at + 1}: ${how}`];
}
