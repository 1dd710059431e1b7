import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Fault, messageOf } from '../../proto/fault.ts';
import { HttpFailure, type Network, openUrl } from './network.ts';
import { withRetries } from './retry.ts';
import { type FreeBytes, isNoSpace, noSpace, requireSpace } from './space.ts';

const ATTEMPTS = 5;
const SMALL_ATTEMPTS = 3;
const SMALL_BYTES = 4 * 1024 * 1024;
const WAIT_AND_SEE = [408, 425, 429, 500, 502, 503, 504];

export interface Download {
  readonly url: string;
  /** What lies there already is taken for the first part of it. */
  readonly into: string;
  readonly sha256: string;
  readonly onBytes: (done: number, total: number) => void;
  readonly free: FreeBytes;
}

/** A small text, or undefined where there is none. @throws Fault `unavailable` */
export async function readText(url: string, network: Network): Promise<string | undefined> {
  const read = async (): Promise<string> => {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of (await openUrl(url, network)) as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > SMALL_BYTES)
        throw new Fault('unavailable', `cannot read ${url}: it is too long for what it should be`);
    }
    return Buffer.concat(chunks).toString();
  };
  try {
    // Who does not answer at all is asked once: another source may, and a person is waiting.
    return await withRetries(read, {
      ...network,
      attempts: SMALL_ATTEMPTS,
      isWorthIt: (error) => isPassing(error, network) && !isUnreachable(error),
    });
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw asFault(`cannot read ${url}`, error);
  }
}

/** Leaves the file that has this digest, or none. @throws Fault `invalid` when what comes has another. */
export async function downloadFile(download: Download, network: Network): Promise<string> {
  const { url, into, sha256 } = download;
  const isContinued = (await sizeOf(into)) > 0;
  let digest = await transferWhole(download, network);
  if (digest !== sha256 && isContinued) {
    // The part that lay there may have been of another file.
    await rm(into, { force: true });
    digest = await transferWhole(download, network);
  }
  if (digest === sha256) return digest;
  await rm(into, { force: true });
  throw new Fault(
    'invalid',
    `cannot trust ${url}: its sha256 is ${digest}, it should be ${sha256}; nothing of it was kept`,
    {
      hint: 'compare both with what the project publishes; a proxy or a mirror may have changed the file',
    },
  );
}

/** @returns the digest of the whole */
async function transferWhole(download: Download, network: Network): Promise<string> {
  let etag: string | undefined;
  const attempt = (): Promise<string | undefined> =>
    transfer(download, network, etag, (given) => {
      etag = given;
    });
  try {
    const digest = await withRetries(attempt, {
      ...network,
      attempts: ATTEMPTS,
      isWorthIt: (error) => isPassing(error, network),
    });
    return digest ?? (await sha256OfFile(download.into));
  } catch (error) {
    if (isNoSpace(error)) throw noSpace(dirname(download.into), basename(download.url), 'is full');
    if (isAbsent(error)) throw new Fault('not_found', `cannot download ${download.url}: it is not there`);
    throw asFault(`cannot download ${download.url}`, error);
  }
}

/**
 * One connection's worth: continues what is there if the server can, begins anew if it can't.
 * @returns the digest, when all of it came over this one
 */
async function transfer(
  { url, into, sha256, onBytes, free }: Download,
  network: Network,
  etag: string | undefined,
  onEtag: (etag: string | undefined) => void,
): Promise<string | undefined> {
  const have = await sizeOf(into);
  const range = have > 0 ? { range: `bytes=${have}-`, ...(etag && { 'if-range': etag }) } : undefined;
  const response = await openUrl(url, network, range).catch(async (error: unknown) => {
    if (!(error instanceof HttpFailure && error.status === 416)) throw error;
    if ((await sha256OfFile(into)) === sha256) return undefined;
    await rm(into, { force: true });
    throw new HttpFailure('broken', `${url} has fewer bytes than were taken before`);
  });
  if (!response) return undefined;
  const offset = response.statusCode === 206 && startOf(response.headers['content-range']) === have ? have : 0;
  if (response.statusCode === 206 && offset !== have)
    throw new HttpFailure('broken', `${url} continues at the wrong byte`);
  onEtag(response.headers.etag?.startsWith('W/') ? undefined : response.headers.etag);
  const length = Number(response.headers['content-length'] ?? 0);
  const hash = createHash('sha256');
  let done = offset;
  try {
    await requireSpace(dirname(into), length, basename(url), free);
    await using file = await open(into, offset > 0 ? 'a' : 'w');
    for await (const chunk of response as AsyncIterable<Buffer>) {
      hash.update(chunk);
      await file.writeFile(chunk);
      done += chunk.length;
      onBytes(done, length > 0 ? offset + length : 0);
    }
  } catch (error) {
    response.destroy();
    if (error instanceof Fault || error instanceof HttpFailure || isNoSpace(error)) throw error;
    throw new HttpFailure('broken', `the connection was cut after ${done} bytes`, { cause: error });
  }
  return offset === 0 ? hash.digest('hex') : undefined;
}

const startOf = (contentRange: string | undefined): number =>
  Number(/^bytes (\d+)-/.exec(contentRange ?? '')?.[1] ?? -1);

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );

export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}

const isUnreachable = (error: unknown): boolean => error instanceof HttpFailure && error.kind === 'unreachable';

const isPassing = (error: unknown, { signal }: Network): boolean =>
  !signal.aborted && error instanceof HttpFailure && (error.kind !== 'status' || WAIT_AND_SEE.includes(error.status));

const isAbsent = (error: unknown): boolean => error instanceof HttpFailure && [404, 410].includes(error.status);

function asFault(intent: string, error: unknown): Fault {
  if (error instanceof Fault) return error;
  return new Fault('unavailable', `${intent}: ${messageOf(error)}`, { cause: error });
}
