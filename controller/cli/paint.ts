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

/** As https://no-color.org has it; a pipe gets none. */
export const choosePaint = (isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): Paint =>
  isTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb' ? inColour : plainly;
