import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * As in agent/state/atomic-file.ts, but with nothing else running in between: a lifecycle's state and its effect are one step.
 * After this returns the file has the new content, whatever happens next; before, the old. Readers never see half of it.
 */
export function writeAtomicallySync(path: string, content: string, mode = 0o640): void {
  const beside = `${path}.tmp`;
  const file = openSync(beside, 'w', mode);
  try {
    writeSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(beside, path);
  const directory = openSync(dirname(path), 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
