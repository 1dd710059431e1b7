import { createHash } from 'node:crypto';
import { closeSync, lstatSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';

const MOST_REMEMBERED = 20_000;
const READ_BYTES = 64 * 1024;
const PIECE_BYTES = 512 * 1024;

/** Changes whenever the file does; '' when there is no such regular file. The change time can't be set back by hand. */
export function fileStamp(path: string): string {
  const stat = lstatSync(path, { throwIfNoEntry: false, bigint: true });
  return stat?.isFile() ? `${stat.ino} ${stat.size} ${stat.ctimeNs}` : '';
}

/** The digest of a file, read again only when the file system says that it changed. */
export class FileDigests {
  readonly #known = new Map<string, { stamp: string; digest: string }>();

  /** '' when there is no such regular file. */
  of(path: string): string {
    const stamp = fileStamp(path);
    if (stamp === '') return '';
    const known = this.#known.get(path);
    if (known?.stamp === stamp) return known.digest;
    if (this.#known.size >= MOST_REMEMBERED) this.#known.clear();
    const digest = digestOfFile(path);
    this.#known.set(path, { stamp, digest });
    return digest;
  }
}

/** Through one small buffer: programs are big, and the agent is not. */
function digestOfFile(path: string): string {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  const file = openSync(path, 'r');
  try {
    for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer))
      hash.update(buffer.subarray(0, read));
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}

/** The same while other things go on. */
export async function digestFile(path: string): Promise<string> {
  await using file = await open(path);
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafeSlow(PIECE_BYTES);
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(buffer.subarray(0, bytesRead));
  }
}
