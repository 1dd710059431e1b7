import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Fault } from '../../proto/fault.ts';
import { type Actor, demandAccess, NOBODY } from './access.ts';
import { type Call, type Reply, type Route, type Streamed } from './call.ts';
import type { HttpDeps } from './deps.ts';
import { matchRoute } from './match.ts';
import { demandShape, replyToError, replyWith, SECURITY_HEADERS, toFault, urlOf } from './respond.ts';

const MAX_BODY_BYTES = 64 * 1024 * 1024;
const STRANGERS_EVERY_MS = 60_000;
const LONGEST_TARGET = 500;
/** A reader that leaves this much unread is dropped, never waited for. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024;
const STALLED_MS = 60_000;

/** Who asks, by the way that they came in. @throws Fault `denied` */
export type Recognise = (request: IncomingMessage) => Actor;

/** From a request to its answer: recognise, match, allow, check, run, write down, reply. */
export async function answer(
  deps: HttpDeps,
  routes: readonly Route[],
  recognise: Recognise,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  let reply: Reply;
  try {
    reply = replyWith(await runRoute(deps, routes, recognise, request, gone.signal));
  } catch (error) {
    reply = replyToError(error, deps.log);
  }
  await send(reply, request, response, deps.log, () => recognise(request));
}

async function runRoute(
  deps: HttpDeps,
  routes: readonly Route[],
  recognise: Recognise,
  request: IncomingMessage,
  gone: AbortSignal,
): Promise<unknown> {
  const url = urlOf(request);
  const { route, params } = matchRoute(routes, request.method ?? 'GET', url.pathname);
  const written = { actor: NOBODY.name, target: Object.values(params).join('/') };
  const audit = (outcome: string) => {
    if (route.on.startsWith('GET ')) return;
    const row = { at: deps.now(), action: route.on, outcome, ...written };
    if (row.actor === NOBODY.name) deps.stores.audit.addOnce({ ...row, target: '' }, STRANGERS_EVERY_MS);
    else deps.stores.audit.add({ ...row, target: row.target.slice(0, LONGEST_TARGET) });
  };
  // What is done is done, and what failed failed for its own reason, also when the disk has no room to write that down.
  const note = (outcome: string) => {
    try {
      audit(outcome);
    } catch (error) {
      deps.log.error({ err: error, outcome, ...written }, 'cannot write the audit');
    }
  };
  try {
    const actor = recognise(request);
    written.actor = actor.name;
    demandAccess(actor, route.access, route.doing ?? route.on);
    const query = route.query && demandShape(route.query, Object.fromEntries(url.searchParams), 'query');
    const body = route.body && demandShape(route.body, await readJson(request), 'body');
    if (route.target && body !== undefined) written.target = route.target(body as never);
    const result = await route.run(deps, { actor, params, query, body, request, gone } as Call<never, never>);
    note(route.outcome?.(result as never) ?? 'ok');
    return result;
  } catch (error) {
    note(toFault(error).code);
    throw error;
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) {
      throw new Fault('invalid', 'cannot read the body: it is larger than 64 MiB', {
        hint: 'is something in the folder that does not belong to the fleet?',
      });
    }
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Fault('invalid', `cannot read the body as JSON: ${(error as Error).message}`);
  }
}

/** `allow` throws when the asker may not hear more: an answer that goes on for long outlives credentials. */
async function send(
  reply: Reply,
  request: IncomingMessage,
  response: ServerResponse,
  log: HttpDeps['log'],
  allow: () => void,
) {
  if (response.destroyed) return;
  const { body } = reply;
  const length = typeof body === 'function' ? {} : { 'content-length': sizeOf(body) };
  // A body that was not read to its end can't be followed by another request.
  const rest = request.complete ? {} : { connection: 'close' };
  response.writeHead(reply.status, { ...SECURITY_HEADERS, ...reply.headers, ...length, ...rest });
  if (request.method === 'HEAD') return void response.end();
  if (isStreamed(body)) return stream(body, response, log);
  if (typeof body !== 'function') return void response.end(body);
  response.flushHeaders();
  // The status is sent already: what is left to do is to say why on the last line.
  const giveUp = (error: unknown): void => {
    const last = replyToError(error, log).body;
    response.end(`${JSON.stringify({ error: JSON.parse(last as string) })}\n`);
  };
  try {
    await body((text) => {
      if (response.destroyed || response.writableEnded) return;
      try {
        allow();
      } catch (error) {
        giveUp(error);
        return;
      }
      response.write(text);
      if (response.writableLength > MAX_UNREAD_BYTES) response.destroy();
    });
    response.end();
  } catch (error) {
    if (!response.destroyed) giveUp(error);
  }
}

const isStreamed = (body: Reply['body']): body is Streamed => typeof body === 'object' && 'open' in body;
const sizeOf = (body: Exclude<Reply['body'], (...args: never[]) => unknown>): number =>
  isStreamed(body) ? body.size : Buffer.byteLength(body);

/** Its length is promised: what ends early is torn down, so that nobody takes a part for the whole. */
async function stream(body: Streamed, response: ServerResponse, log: HttpDeps['log']): Promise<void> {
  // Anyone may ask: who takes nothing for so long holds no file open.
  response.setTimeout(STALLED_MS, () => response.destroy());
  try {
    await pipeline(body.open(), response);
  } catch (error) {
    if (!isHangUp(error)) log.error({ err: error }, 'cannot send a download');
    response.destroy();
  }
}

const isHangUp = (error: unknown): boolean =>
  ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE', 'ERR_STREAM_DESTROYED'].includes(
    (error as NodeJS.ErrnoException).code ?? '',
  );
