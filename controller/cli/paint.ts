/** How a piece of text is meant; what that looks like depends on the terminal. */
export type Style = 'plain' | 'good' | 'bad' | 'warn' | 'busy' | 'dim' | 'strong' | 'added' | 'removed';

export type Paint = (style: Style, text: string) => string;

const CODES: Record<Style, string> = {
  plain: '',
  good: '32',
  bad: '31',
  warn: '33',
  busy: '36',
  dim: '2',
  strong: '1',
  added: '32',
  removed: '31',
};

export const plainly: Paint = (_style, text) => text;

export const inColour: Paint = (style, text) =>
  CODES[style] === '' || text === '' ? text : `\u001b[${CODES[style]}m${text}\u001b[0m`;

const OURS = new Set(['0', ...Object.values(CODES)].map((code) => `\u001b[${code}m`));
// All that moves the cursor, recolours, retitles, or turns the direction of what follows.
const UNPRINTABLE = /\p{Cc}\[\d*m|[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Text that is safe to write to a terminal: what programs, hosts and files say can't steer it. New lines, tabs and our own
 * colours stay; each other control character becomes a picture of itself.
 */
export const printable = (text: string): string =>
  text.replace(UNPRINTABLE, (found) => (OURS.has(found) ? found : Array.from(found, pictureOf).join('')));

function pictureOf(character: string): string {
  if (character === '\n' || character === '\t') return character;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return '\u2421';
  return /[\p{Cc}\p{Cf}]/u.test(character) ? '\ufffd' : character;
}

/** As https://no-color.org has it; a pipe gets none. */
export const choosePaint = (isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): Paint =>
  isTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb' ? inColour : plainly;
