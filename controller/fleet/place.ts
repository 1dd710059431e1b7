import type { Finding } from '../../proto/fault.ts';

/** Where something stands in an operator's file. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export const finding = (place: Place, message: string, hint?: string): Finding => ({
  ...place,
  message: readable(message),
  ...(hint === undefined ? {} : { hint: readable(hint) }),
});

/** Messages quote what is written, and that may be of any length. */
const LONGEST = 500;

const readable = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text);

export const showPlace = (place: Place): string => `${place.file}:${place.line}`;

/** In reading order; what has no place comes last. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  const seen = new Map(findings.map((one) => [JSON.stringify([one.file, one.line, one.column, one.message]), one]));
  return [...seen.values()].sort(
    (a, b) =>
      Number(a.file === undefined) - Number(b.file === undefined) ||
      (a.file ?? '').localeCompare(b.file ?? '', 'en') ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0),
  );
}
