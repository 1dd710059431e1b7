import assert from 'node:assert/strict';
import type { EnrolledHost } from '../../controller/fleet/inventory.ts';
import { type ReadFleet, readFleet } from '../../controller/fleet/read-fleet.ts';
import { Fault, type Finding } from '../../proto/fault.ts';
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
    facts: { ...facts, hostname: name, address: `10.0.0.${index + 1}`, addresses: [] },
  }));

export const NODE = 'kind: Exporter\nname: node\ncomponent: node_exporter\n';
export const MAIN = '---\nkind: Prometheus\nname: main\nhosts: [a]\nscrape_configs: [{ exporter: node }]\n';
/** node_exporter on every host, and a Prometheus on host `a` that scrapes it. */
export const FLEET = { 'fleet.yml': NODE + MAIN };

/** As the CLI prints a refusal. */
export async function refused(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof Fault, String(error));
    return [`${error.code}: ${error.message}`, showFindings(error.findings), error.hint].filter(Boolean).join('\n');
  }
  throw new Error('it was not refused');
}
