import { open } from 'node:fs/promises';

const CHUNK = 64 * 1024;
/** No more than this is read back for the last lines, however many were asked for. */
const LAST_LINES_BYTES = 1024 * 1024;
/** A follower that falls further behind skips ahead: a log can grow faster than anyone reads. */
const BEHIND_BYTES = 1024 * 1024;
const LOOK_MS = 250;
/** What a single line is cut to. */
const LINE_CHARACTERS = 8_192;

/** The last lines of a file, oldest first, an unfinished one included. Empty when there is no file. */
export async function lastLinesOf(path: string, count: number): Promise<string[]> {
  return (await readEnd(path, count)).lines;
}

/**
 * Hands over the last lines, then those that are appended, until it is ended. Begins again when the file was emptied, waits for one that
 * is not there yet.
 * @returns the end of it.
 */
export function followFile(path: string, count: number, onLines: (lines: string[]) => void): () => void {
  const ended = new AbortController();
  void follow(path, count, onLines, ended.signal);
  return () => ended.abort();
}

async function follow(path: string, count: number, onLines: (lines: string[]) => void, ended: AbortSignal) {
  const past = await readEnd(path, count);
  if (past.lines.length > 0 && !ended.aborted) onLines(past.lines);
  let { position } = past;
  let unfinished: Buffer = Buffer.alloc(0);
  while (!ended.aborted) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS).unref());
    const more = await readMore(path, position);
    const skipped = more.from !== position;
    const text = skipped ? more.bytes : Buffer.concat([unfinished, more.bytes]);
    const end = text.lastIndexOf(10) + 1;
    unfinished = text.subarray(Math.max(end, text.length - CHUNK));
    position = more.position;
    if (end > 0 && !ended.aborted) onLines(toLines(text.subarray(0, end)));
  }
}

async function readEnd(path: string, count: number): Promise<{ lines: string[]; position: number }> {
  const file = await openLog(path);
  if (!file) return { lines: [], position: 0 };
  try {
    const { size } = await file.stat();
    let start = size;
    let text: Buffer = Buffer.alloc(0);
    while (start > 0 && size - start < LAST_LINES_BYTES && countLines(text) <= count) {
      const length = Math.min(CHUNK, start);
      start -= length;
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start);
      text = Buffer.concat([buffer.subarray(0, bytesRead), text]);
    }
    return { lines: count > 0 ? toLines(text).slice(-count) : [], position: size };
  } finally {
    await file.close();
  }
}

/** What was appended after `position`, from wherever a reader that keeps up can still begin. */
async function readMore(path: string, position: number): Promise<{ bytes: Buffer; from: number; position: number }> {
  const file = await openLog(path);
  if (!file) return { bytes: Buffer.alloc(0), from: 0, position: 0 };
  try {
    const { size } = await file.stat();
    const from = size < position ? 0 : Math.max(position, size - BEHIND_BYTES);
    if (size === from) return { bytes: Buffer.alloc(0), from, position: from };
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size - from, BEHIND_BYTES)), 0, null, from);
    return { bytes: buffer.subarray(0, bytesRead), from, position: from + bytesRead };
  } finally {
    await file.close();
  }
}

async function openLog(path: string) {
  try {
    return await open(path, 'r');
  } catch {
    return undefined;
  }
}

const countLines = (text: Buffer): number => text.reduce((lines, byte) => lines + (byte === 10 ? 1 : 0), 0);

function toLines(text: Buffer): string[] {
  const lines = text.toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => (line.length > LINE_CHARACTERS ? `${line.slice(0, LINE_CHARACTERS)}…` : line));
}
