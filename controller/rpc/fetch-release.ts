import { type FileHandle, open } from 'node:fs/promises';
import type { ServerWritableStream } from '@grpc/grpc-js';
import { Fault } from '../../proto/fault.ts';
import type { Chunk } from '../../proto/gen/promfleet/v1/Chunk.ts';
import type { FetchReleaseRequest__Output } from '../../proto/gen/promfleet/v1/FetchReleaseRequest.ts';
import { services } from '../../proto/services.ts';
import type { HostSpec } from '../../proto/spec.ts';

const CHUNK_BYTES = 256 * 1024;
/** Of a Chunk before its bytes: that they are its field 1, and how many they are. */
const MOST_HEAD_BYTES = 5;
const FIELD_1_BYTES = 0x0a;

const { FetchRelease, ...others } = services.Session.service;
/** The service whose releases are sent as they were read, see `framed`. */
export const sessionService = {
  ...others,
  FetchRelease: { ...FetchRelease, responseSerialize: ({ data }: Chunk) => data as Buffer },
};

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
  const gone = new Promise<void>((resolve) => call.once('cancelled', resolve));
  let sent: Promise<void> = Promise.resolve();
  for await (const data of framed(file, offset, size)) {
    await sent;
    if (call.cancelled) return;
    sent = Promise.race([gone, new Promise<void>((resolve) => call.write({ data }, () => resolve()))]);
  }
  await sent;
  call.end();
}

/**
 * The bytes of a file as Chunk messages, each good until the one after the next is asked for. They are read to where they are sent from:
 * encoded one by one each would be copied once more for every host, and left to the garbage collector.
 */
async function* framed(file: FileHandle, offset: number, size: number): AsyncGenerator<Buffer> {
  const buffers = [0, 1].map(() => Buffer.allocUnsafeSlow(MOST_HEAD_BYTES + CHUNK_BYTES));
  for (let [at, turn] = [offset, 0]; at < size; turn = 1 - turn) {
    const buffer = buffers[turn] as Buffer;
    const { bytesRead } = await file.read(buffer, MOST_HEAD_BYTES, Math.min(CHUNK_BYTES, size - at), at);
    if (bytesRead === 0) return;
    const head = [FIELD_1_BYTES, ...varint(bytesRead)];
    const start = MOST_HEAD_BYTES - head.length;
    buffer.set(head, start);
    yield buffer.subarray(start, MOST_HEAD_BYTES + bytesRead);
    at += bytesRead;
  }
}

/** As protocol buffers write a number: seven bits a byte, the lowest first. */
const varint = (value: number): number[] => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)]);

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
