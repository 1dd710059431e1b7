import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Fault } from '../../proto/fault.ts';
import { type Call, Reply } from './call.ts';
import type { HttpDeps } from './deps.ts';
import { readRange } from './range.ts';

/** The installer. What proves it is the key of this server, or its digest: it is no secret. */
export function showInstallScript({ downloads }: HttpDeps, { request }: Call): Reply {
  const { text, sha256 } = downloads.script();
  const headers = { 'content-type': 'text/x-shellscript; charset=utf-8', etag: `"${sha256}"` };
  return request.headers['if-none-match'] === headers.etag
    ? new Reply(304, headers, '')
    : new Reply(200, headers, text);
}

/** A file, or the part of it that is asked for, straight from the disk. */
export async function sendDownload({ downloads }: HttpDeps, { params, request }: Call): Promise<Reply> {
  const { path, packed } = downloads.find(params['file'] ?? '');
  const there = await stat(path).catch(() => undefined);
  if (there?.size !== packed.size) {
    throw new Fault('unavailable', `cannot serve ${packed.file}: it is not there, or not as it was built`, {
      hint: 'run "npm run build" in the folder of this controller',
    });
  }
  const etag = `"${packed.sha256}"`;
  const headers = {
    'content-type': 'application/octet-stream',
    'accept-ranges': 'bytes',
    'repr-digest': `sha-256=:${Buffer.from(packed.sha256, 'hex').toString('base64')}:`,
    etag,
  };
  if (request.headers['if-none-match'] === etag) return new Reply(304, headers, '');
  const same = request.headers['if-range'] ?? etag;
  const range = same === etag ? readRange(request.headers.range, packed.size) : undefined;
  if (range === 'unsatisfiable') return new Reply(416, { ...headers, 'content-range': `bytes */${packed.size}` }, '');
  const { start, end } = range ?? { start: 0, end: packed.size - 1 };
  const part = range ? { 'content-range': `bytes ${start}-${end}/${packed.size}` } : {};
  const body = { size: end - start + 1, open: () => createReadStream(path, { start, end }) };
  return new Reply(range ? 206 : 200, { ...headers, ...part }, body);
}
