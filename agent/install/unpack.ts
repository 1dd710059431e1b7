import { createReadStream } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { unpackTar } from 'modern-tar/fs';
import { Fault, messageOf } from '../../proto/fault.ts';
import { syncDirectory } from '../state/atomic-file.ts';

/** Each costs the same to pass on, and the process that does it ends soon. */
const PIECE_BYTES = 512 * 1024;

type Header = Parameters<NonNullable<NonNullable<Parameters<typeof unpackTar>[1]>['map']>>[0];

/** Unpacks an archive into an empty directory and makes it last. Nothing is written outside, whatever the archive says. */
export async function unpack(archive: string, into: string): Promise<void> {
  try {
    await pipeline(
      createReadStream(archive, { highWaterMark: PIECE_BYTES }),
      createGunzip({ chunkSize: PIECE_BYTES }),
      unpackTar(into, { map: acceptEntry, dmode: 0o755, strict: true, concurrency: 1 }),
    );
  } catch (error) {
    // The disk's own errors are no fault of the archive.
    if (error instanceof Fault || (error as NodeJS.ErrnoException).syscall !== undefined) throw error;
    throw new Fault('invalid', `cannot unpack ${posix.basename(archive)}: ${messageOf(error)}`, { cause: error });
  }
  await syncTree(into);
}

/** Owner and mode come from us: whoever packed it has no say in who may write, and none in set-user-id bits. */
function acceptEntry(header: Header): Header {
  const { name, linkname = '' } = header;
  const type = header.type ?? 'file';
  if (type !== 'file' && type !== 'directory' && type !== 'symlink') refuse(name, `it is a ${type}`);
  if (!isInside(name)) refuse(name, 'it lies outside the archive');
  if (type === 'symlink' && (linkname.startsWith('/') || !isInside(posix.join(posix.dirname(name), linkname)))) {
    refuse(name, `it leads outside the archive, to ${linkname}`);
  }
  const isExecutable = type === 'directory' || ((header.mode ?? 0) & 0o111) !== 0;
  return { ...header, mode: isExecutable ? 0o755 : 0o644 };
}

function refuse(name: string, why: string): never {
  throw new Fault('invalid', `cannot unpack ${JSON.stringify(name)}: ${why}`);
}

function isInside(name: string): boolean {
  const path = posix.normalize(name);
  return !name.startsWith('/') && path !== '..' && !path.startsWith('../') && !/[\0\\]/.test(name);
}

async function syncTree(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await syncTree(path);
    else if (entry.isFile()) {
      await using file = await open(path, 'r');
      await file.sync();
    }
  }
  await syncDirectory(directory);
}
