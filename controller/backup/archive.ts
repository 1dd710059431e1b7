import { createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { createTarDecoder } from 'modern-tar';
import { packTar, type TarSource } from 'modern-tar/fs';
import { Fault, messageOf } from '../../proto/fault.ts';
import { type BackupEntry, MANIFEST, type Manifest, readManifest } from './manifest.ts';

const LARGEST_MANIFEST = 16 * 1024 * 1024;

/** What goes into an archive: where it lies, and what it is called there. */
export interface Source {
  readonly path: string;
  readonly from: string;
}

/** Its digest as it lies on disk now. */
export async function measure({ path, from }: Source): Promise<BackupEntry> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of createReadStream(from) as AsyncIterable<Buffer>) {
    size += chunk.length;
    hash.update(chunk);
  }
  return { path, size, sha256: hash.digest('hex') };
}

/** Written for its owner alone, and on disk when this ends. */
export async function writeArchive(file: string, manifest: string, sources: readonly Source[]): Promise<void> {
  const own = { mode: 0o600, uid: 0, gid: 0 };
  const packed: TarSource[] = [
    { ...own, type: 'content', content: manifest, target: MANIFEST },
    ...sources.map(({ path, from }): TarSource => ({ ...own, type: 'file', source: from, target: path })),
  ];
  await pipeline(packTar(packed), createGzip({ level: 3 }), createWriteStream(file, { mode: 0o600, flush: true }));
}

/**
 * Reads all of a backup and compares it with its own manifest; with `into`, leaves its files there, flushed.
 * @throws Fault `invalid` when anything is missing, altered or more than was written.
 */
export async function readArchive(file: string, into?: string): Promise<Manifest> {
  const expected = new Map<string, BackupEntry>();
  let manifest: Manifest | undefined;
  try {
    for await (const { header, body } of entriesOf(file)) {
      if (!manifest) {
        if (header.name !== MANIFEST || header.size > LARGEST_MANIFEST)
          throw broken(file, 'it is no backup of promfleet');
        manifest = readManifest(await new Response(body).text(), file);
        for (const entry of manifest.files) expected.set(entry.path, entry);
        continue;
      }
      const entry = expected.get(header.name);
      if (!entry || (header.type ?? 'file') !== 'file')
        throw broken(file, `${JSON.stringify(header.name)} is not of it`);
      expected.delete(header.name);
      await takeEntry(file, entry, body, into && join(into, entry.path));
    }
  } catch (error) {
    // The system's own errors (no such file, a full disk) are not the archive's fault.
    if (error instanceof Fault || (error as NodeJS.ErrnoException).syscall !== undefined) throw error;
    throw broken(file, whyBroken(error, manifest !== undefined));
  }
  const [missing] = expected.keys();
  if (missing !== undefined) throw broken(file, `${missing} is missing`);
  if (!manifest) throw broken(file, 'it is no backup of promfleet');
  return manifest;
}

function entriesOf(file: string) {
  const plain = createGunzip();
  // Whoever reads `plain` gets the error: pipeline destroys it with that.
  pipeline(createReadStream(file), plain).catch(() => undefined);
  return (Readable.toWeb(plain) as ReadableStream<Uint8Array>).pipeThrough(createTarDecoder({ strict: true }));
}

async function takeEntry(
  file: string,
  entry: BackupEntry,
  body: ReadableStream<Uint8Array>,
  to: string | undefined,
): Promise<void> {
  const hash = createHash('sha256');
  const size = to === undefined ? await digest(body, hash) : await save(body, hash, to);
  if (size !== entry.size || hash.digest('hex') !== entry.sha256) {
    throw broken(file, `${entry.path} is not what was written`);
  }
}

async function digest(body: ReadableStream<Uint8Array>, hash: Hash): Promise<number> {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    hash.update(chunk);
  }
  return size;
}

async function save(body: ReadableStream<Uint8Array>, hash: Hash, to: string): Promise<number> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  await using handle = await open(to, 'wx', 0o600);
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    hash.update(chunk);
    await handle.writeFile(chunk);
  }
  await handle.sync();
  return size;
}

/** What zlib and the reader of archives throw may say nothing but a code. */
function whyBroken(error: unknown, isBackup: boolean): string {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR' || code === 'ABORT_ERR' || code === 'ERR_STREAM_PREMATURE_CLOSE')
    return 'it ends too early';
  if (code === 'Z_DATA_ERROR') {
    return isBackup
      ? 'it was altered'
      : 'it is no archive that "promfleet backup" wrote, or was altered at its beginning';
  }
  return messageOf(error) || code || 'it can’t be read';
}

const broken = (file: string, why: string): Fault =>
  new Fault('invalid', `cannot use ${file}: it is broken (${why})`, { hint: 'take another backup' });
