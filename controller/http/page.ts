import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../proto/fault.ts';
import { type Call, Reply } from './call.ts';
import type { HttpDeps } from './deps.ts';

// A list, not a folder: nothing else can be asked for, whatever the path says.
const FILES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'index.html': 'text/html; charset=utf-8',
    'app.js': 'text/javascript; charset=utf-8',
    'app.css': 'text/css; charset=utf-8',
  }),
);

export const showPage = (deps: HttpDeps, call: Call): Promise<Reply> => serveFile(deps, call, 'index.html');
export const showAsset = (deps: HttpDeps, call: Call): Promise<Reply> =>
  serveFile(deps, call, call.params['file'] ?? '');

async function serveFile(deps: HttpDeps, call: Call, name: string): Promise<Reply> {
  const type = FILES.get(name);
  if (type === undefined) throw new Fault('not_found', `cannot serve ${name}: it is no part of the page`);
  const content = await readFile(join(deps.pageDirectory, name)).catch((error: unknown) => {
    throw new Fault('unavailable', `cannot serve ${name}: the page was not built`, {
      hint: 'run "npm run build"',
      cause: error,
    });
  });
  const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
  const headers = { 'content-type': type, etag, 'cache-control': 'no-cache' };
  const known = (call.request.headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return known.includes(etag) ? new Reply(304, headers, '') : new Reply(200, headers, content);
}
