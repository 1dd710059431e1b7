import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '../atomic-file.ts';
import { giveToOwnerOf } from './owner.ts';

/** The last good one, for whoever asks the controller how old it is. */
export interface LastBackup {
  readonly atMs: number;
  readonly file: string;
  readonly size: number;
}

const pathOf = (directory: string): string => join(directory, 'last-backup.json');

export function recordBackup(directory: string, last: LastBackup): void {
  writeAtomically(pathOf(directory), `${JSON.stringify(last)}\n`, 0o600);
  giveToOwnerOf(directory, pathOf(directory));
}

export function readLastBackup(directory: string): LastBackup | undefined {
  try {
    return JSON.parse(readFileSync(pathOf(directory), 'utf8')) as LastBackup;
  } catch {
    return undefined;
  }
}
