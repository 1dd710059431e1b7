import type { WriteStream } from 'node:tty';
import { choosePaint, type Paint, printable } from './paint.ts';

/** Where a verb says things: wide as it is, coloured or not. */
export interface Terminal {
  readonly isTerminal: boolean;
  readonly width: number;
  readonly height: number;
  readonly paint: Paint;
  /** Only what is printable, and our own colours. */
  write(text: string): void;
  /** Wipes the last so many lines, to write them anew. */
  erase(lines: number): void;
}

const DEFAULT_WIDTH = 100;

export function terminalOn(
  stream: Pick<WriteStream, 'write'> & Partial<Pick<WriteStream, 'isTTY' | 'columns' | 'rows'>>,
  env: Readonly<Record<string, string | undefined>>,
): Terminal {
  return {
    isTerminal: stream.isTTY === true,
    get width() {
      return stream.columns ?? (Number(env['COLUMNS']) || DEFAULT_WIDTH);
    },
    get height() {
      return stream.rows ?? 24;
    },
    paint: choosePaint(stream.isTTY === true, env),
    write: (text) => void stream.write(printable(text)),
    erase: (lines) => void (lines > 0 && stream.write(`\u001b[${lines}A\u001b[J`)),
  };
}

export const writeLines = (terminal: Terminal, lines: readonly string[]): void =>
  terminal.write(lines.map((line) => `${line}\n`).join(''));
