import { createReadStream, readFileSync } from 'node:fs';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { createTarDecoder, type TarHeader } from 'modern-tar';
import { unpackTar } from 'modern-tar/fs';
import { Fault, messageOf } from '../../proto/fault.ts';
import { placeOf, topDirectoryOf } from './archive-entry.ts';

/** No release is near it: what claims more is a bomb. */
const UNPACKED_LIMIT = 2 * 1024 ** 3;
/** Headers, padding and the end of a tar, beyond the files themselves. */
const TAR_OVERHEAD = 16 * 1024 * 1024;
/** Pieces that cost little to pass on, and little to hold. */
const PIECE_BYTES = 1024 * 1024;
/** Written last, with the boot that it was written in: a directory without it was never finished, and is not there. */
const MARK = '.complete';

export interface ArchiveContents {
  readonly unpackedSize: number;
  /** Paths below the top directory. */
  readonly executables: ReadonlySet<string>;
}

/** Every entry in turn; each body is read or cancelled before the next. @throws Fault `invalid` when it is broken. */
export async function* readArchive(
  file: string,
  what: string,
  limit: number,
): AsyncGenerator<{ readonly header: TarHeader; readonly body: ReadableStream<Uint8Array> }> {
  try {
    const tar = Readable.toWeb(gunzipped(file, what, limit)) as ReadableStream<Uint8Array>;
    yield* tar.pipeThrough(createTarDecoder({ strict: true }));
  } catch (error) {
    throw asBroken(what, error);
  }
}

/** Reads all of an archive and writes nothing. @throws Fault `invalid` when it is broken or could do harm. */
export async function inspectArchive(file: string, what: string, limit = UNPACKED_LIMIT): Promise<ArchiveContents> {
  const { admit, contents } = admission(what, limit);
  for await (const { header, body } of readArchive(file, what, limit)) {
    admit(header);
    await body.cancel();
  }
  return contents();
}

/**
 * The same, and unpacks below `into` without the archive's top directory. Whoever finds the mark finds all of it. It is not brought to
 * disk: it is made anew at will, and need not outlive the boot.
 */
export async function unpackArchive(
  file: string,
  into: string,
  what: string,
  limit = UNPACKED_LIMIT,
): Promise<ArchiveContents> {
  await rm(into, { recursive: true, force: true });
  await mkdir(into, { recursive: true });
  const { admit, contents } = admission(what, limit);
  const map = (header: TarHeader): TarHeader => {
    const linkname =
      header.type === 'link' ? { linkname: (header.linkname ?? '').replace(/^(?:\.\/)*[^/]+\//, '') } : {};
    return { ...header, ...linkname, name: admit(header) };
  };
  try {
    await pipeline(gunzipped(file, what, limit), unpackTar(into, { strict: true, map, dmode: 0o755 }));
    const found = contents();
    await writeFile(join(into, MARK), bootId());
    return found;
  } catch (error) {
    await rm(into, { recursive: true, force: true });
    throw asBroken(what, error);
  }
}

/** In this boot: what power cuts leave of what was not brought to disk is no matter. */
export const isUnpacked = (directory: string): Promise<boolean> =>
  readFile(join(directory, MARK), 'utf8').then(
    (mark) => mark === bootId(),
    () => false,
  );

const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

/** Brings a file or a directory's names safely to disk. */
export async function flush(path: string): Promise<void> {
  await using handle = await open(path, 'r');
  await handle.sync();
}

/** Says where each entry in turn may go, and what all of them were. */
function admission(what: string, limit: number) {
  const executables = new Set<string>();
  let topDirectory: string | undefined;
  let unpackedSize = 0;
  const admit = (header: TarHeader): string => {
    topDirectory ??= topDirectoryOf(header.name);
    unpackedSize += header.size;
    if (unpackedSize > limit) throw tooLarge(what, limit);
    const place = placeOf(header, topDirectory, what);
    if (header.type === 'file' && ((header.mode ?? 0) & 0o111) !== 0) executables.add(place);
    return place;
  };
  const contents = (): ArchiveContents => {
    if (unpackedSize === 0) throw new Fault('invalid', `cannot unpack ${what}: there is nothing in it`);
    return { unpackedSize, executables };
  };
  return { admit, contents };
}

function gunzipped(file: string, what: string, limit: number): Readable {
  let total = 0;
  const capped = new Transform({
    transform(chunk: Buffer, _, done) {
      total += chunk.length;
      if (total > limit + TAR_OVERHEAD) done(tooLarge(what, limit));
      else done(null, chunk);
    },
  });
  const whole = pipeline(
    createReadStream(file, { highWaterMark: PIECE_BYTES }),
    createGunzip({ chunkSize: PIECE_BYTES }),
    capped,
  );
  // The reader of `capped` gets the error: pipeline destroys it with that.
  whole.catch(() => undefined);
  return capped;
}

const tooLarge = (what: string, limit: number): Fault =>
  new Fault('invalid', `cannot unpack ${what}: it holds more than the ${limit} bytes that it may`);

function asBroken(what: string, error: unknown): unknown {
  if (error instanceof Fault) return error;
  // The system's own errors (a full disk, no rights) are not the archive's fault.
  if ((error as NodeJS.ErrnoException).syscall !== undefined) return error;
  return new Fault('invalid', `cannot unpack ${what}: it is broken (${messageOf(error)})`, { cause: error });
}
