import type { Paint, Style } from './paint.ts';

export type Cell = string | { readonly text: string; readonly style: Style };

export interface Column {
  readonly title: string;
  /** Gives way first when the terminal is narrow: cut with an ellipsis. At most one per table makes sense. */
  readonly shrinks?: boolean;
  readonly right?: boolean;
}

const GAP = 2;
const LEAST = 8;

const textOf = (cell: Cell): string => (typeof cell === 'string' ? cell : cell.text);
const lengthOf = (text: string): number => Array.from(text).length;

/** Cut to fit, with an ellipsis. */
export const fit = (text: string, width: number): string =>
  lengthOf(text) <= width
    ? text
    : `${Array.from(text)
        .slice(0, Math.max(0, width - 1))
        .join('')}…`;

/** Rows under titles, in `width` columns: what does not fit is cut where it matters least. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
  paint: Paint,
): string[] {
  const widths = fitWidths(columns, rows, width);
  const line = (cells: readonly Cell[], style?: Style) =>
    columns
      .map((column, index) => {
        const cell = cells[index] ?? '';
        const room = widths[index] ?? 0;
        const text = fit(textOf(cell), room);
        const padding = ' '.repeat(Math.max(0, room - lengthOf(text)));
        const painted = paint(style ?? (typeof cell === 'string' ? 'plain' : cell.style), text);
        return column.right ? padding + painted : painted + padding;
      })
      .join(' '.repeat(GAP))
      .trimEnd();
  const title = line(
    columns.map((column) => column.title),
    'dim',
  );
  return [title, ...rows.map((row) => line(row))];
}

function fitWidths(columns: readonly Column[], rows: readonly (readonly Cell[])[], width: number): number[] {
  const natural = columns.map((column, index) =>
    Math.max(lengthOf(column.title), ...rows.map((row) => lengthOf(textOf(row[index] ?? '')))),
  );
  const gaps = GAP * (columns.length - 1);
  let over = natural.reduce((sum, one) => sum + one, gaps) - width;
  const order = [...columns.keys()].sort(
    (a, b) =>
      Number(columns[b]?.shrinks ?? false) - Number(columns[a]?.shrinks ?? false) ||
      (natural[b] ?? 0) - (natural[a] ?? 0),
  );
  for (const index of order) {
    if (over <= 0) break;
    const give = Math.min(over, Math.max(0, (natural[index] ?? 0) - LEAST));
    natural[index] = (natural[index] ?? 0) - give;
    over -= give;
  }
  return natural;
}

/** Words broken over lines of at most `width`; a line of its own for each that is in the text. */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => {
    const lines: string[] = [];
    let current = '';
    for (const word of line.split(' ')) {
      const longer = current === '' ? word : `${current} ${word}`;
      if (lengthOf(longer) <= width || current === '') current = longer;
      else {
        lines.push(current);
        current = word;
      }
    }
    return [...lines, current];
  });
}
