import { readFileSync } from 'node:fs';

export interface Row {
  readonly what: string;
  readonly figure: string;
  readonly floor: string;
  readonly goal: string;
  readonly met: boolean | undefined;
}

/** The value below which a share `p` of the sorted figures lie. */
export function percentile(figures: readonly number[], p: number): number {
  const sorted = figures.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(p * sorted.length) - 1)] ?? Number.NaN;
}

export interface Memory {
  readonly residentMiB: number;
  readonly privateMiB: number;
}

export const memoryOf = (pid: number): Memory => memoryIn(readFileSync(`/proc/${pid}/status`, 'utf8'));

/** Of /proc/PID/status. RssAnon is what the process alone costs; VmRSS counts its executable's page cache too. */
export function memoryIn(status: string): Memory {
  const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? Number.NaN);
  return { residentMiB: kib('VmRSS') / 1024, privateMiB: kib('RssAnon') / 1024 };
}

const TICKS_PER_SECOND = 100;

/** Seconds of CPU that a process has used, in user and kernel mode. */
export const cpuSecondsOf = (pid: number): number => cpuSecondsIn(readFileSync(`/proc/${pid}/stat`, 'utf8'));

/** The same, in what /proc/PID/stat holds. */
export function cpuSecondsIn(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

export function printTable(rows: readonly Row[]): void {
  const head = ['what', 'figure', 'floor, same run', 'goal', ''];
  const mark = (met: boolean | undefined) => (met === undefined ? '' : met ? 'met' : 'NOT MET');
  const cells = [head, ...rows.map((row) => [row.what, row.figure, row.floor, row.goal, mark(row.met)])];
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  for (const row of cells)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}
