import { closeSync, fstatSync, ftruncateSync, openSync, readSync, renameSync, statSync, writeSync } from 'node:fs';

const LOG_MAX_BYTES = 8 * 1024 * 1024;
const CHUNK = 256 * 1024;

/** Where the lines went that no longer fit. */
export const olderLog = (path: string): string => `${path}.old`;

/**
 * Keeps a log that a running program appends to below twice its maximum: its end is copied away and the file emptied in place, because
 * the program holds it open. Lines written between the two are lost.
 * @returns whether it was emptied.
 */
export function boundLog(path: string, maxBytes: number = LOG_MAX_BYTES): boolean {
  if (statSync(path).size <= maxBytes) return false;
  const log = openSync(path, 'r+');
  try {
    const { size } = fstatSync(log);
    copyTail(log, size, maxBytes, olderLog(path));
    ftruncateSync(log, 0);
    return true;
  } finally {
    closeSync(log);
  }
}

function copyTail(log: number, size: number, bytes: number, to: string): void {
  const beside = `${to}.tmp`;
  const copy = openSync(beside, 'w', 0o640);
  try {
    const buffer = Buffer.alloc(CHUNK);
    for (let position = size - bytes; ; ) {
      const read = readSync(log, buffer, 0, CHUNK, position);
      if (read === 0) break;
      writeSync(copy, buffer, 0, read);
      position += read;
    }
  } finally {
    closeSync(copy);
  }
  renameSync(beside, to);
}
