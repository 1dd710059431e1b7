import type { EnrolledHost } from '../../controller/fleet/inventory.ts';
import { type ReadFleet, readFleet } from '../../controller/fleet/read-fleet.ts';
import type { Finding } from '../../proto/fault.ts';
import { facts } from './samples.ts';

export type Files = Readonly<Record<string, string>>;

/** An operator's folder, as the CLI would hand it over. */
export const folderOf = (files: Files): { path: string; content: Uint8Array }[] =>
  Object.entries(files).map(([path, content]) => ({ path, content: Buffer.from(content) }));

export const readFiles = (files: Files): ReadFleet =>
  readFleet([{ folder: 'fleet', shownAs: '', files: folderOf(files) }]);

/** As the CLI prints them: one golden text for all. */
export const showFindings = (findings: readonly Finding[]): string =>
  findings
    .map(({ file, line, column, message, hint }) => {
      const place = file === undefined ? '' : `${file}:${line}:${column}: `;
      return `${place}${message}${hint === undefined ? '' : `\n    ${hint}`}`;
    })
    .join('\n');

/** `{ 'db-1': { role: 'db' } }`: hosts with these labels, each with an address of its own. */
export const enrolled = (labels: Readonly<Record<string, Readonly<Record<string, string>>>>): EnrolledHost[] =>
  Object.entries(labels).map(([name, own], index) => ({
    name,
    tokenLabels: {},
    labels: own,
    facts: { ...facts, hostname: name, address: `10.0.0.${index + 1}` },
  }));
