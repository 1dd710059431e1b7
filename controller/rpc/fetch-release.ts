import { once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';
import type { ServerWritableStream } from '@grpc/grpc-js';
import { Fault } from '../../proto/fault.ts';
import type { Chunk } from '../../proto/gen/promfleet/v1/Chunk.ts';
import type { FetchReleaseRequest__Output } from '../../proto/gen/promfleet/v1/FetchReleaseRequest.ts';
import type { HostSpec } from '../../proto/spec.ts';

const CHUNK_BYTES = 256 * 1024;

/** Only what the host's own spec names: a host can't read what others run. @throws Fault `denied` for anything else. */
export async function sendRelease(
  call: ServerWritableStream<FetchReleaseRequest__Output, Chunk>,
  spec: HostSpec | undefined,
  { sha256, offset }: { sha256: string; offset: number },
  archivePath: (sha256: string) => string | Promise<string>,
): Promise<void> {
  if (!spec?.units.some((unit) => unit.release.sha256 === sha256)) {
    throw new Fault('denied', `cannot fetch release ${sha256}: this host’s spec does not name it`);
  }
  await using file = await openArchive(await archivePath(sha256), sha256);
  const { size } = await file.stat();
  if (offset > size) throw new Fault('invalid', `cannot fetch release ${sha256} from byte ${offset}: it has ${size}`);
  const gone = new AbortController();
  call.once('cancelled', () => gone.abort());
  for await (const data of file.createReadStream({ start: offset, highWaterMark: CHUNK_BYTES, autoClose: false })) {
    if (call.cancelled) return;
    if (!call.write({ data: data as Buffer })) await once(call, 'drain', { signal: gone.signal });
  }
  call.end();
}

async function openArchive(path: string, sha256: string): Promise<FileHandle> {
  try {
    return await open(path);
  } catch (error) {
    throw new Fault('unavailable', `cannot fetch release ${sha256}: the controller has lost its archive`, {
      hint: 'apply the fleet again: the controller then fetches what it lacks',
      cause: error,
    });
  }
}
