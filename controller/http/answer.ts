import type { IncomingMessage, ServerResponse } from 'node:http';
import { Fault } from '../../proto/fault.ts';
import { type Actor, demandAccess, NOBODY } from './access.ts';
import { type Call, Reply, type Route } from './call.ts';
import type { HttpDeps } from './deps.ts';
import { matchRoute } from './match.ts';
import { demandShape, replyToError, replyWith, SECURITY_HEADERS, toFault } from './respond.ts';

const MAX_BODY_BYTES = 64 * 1024 * 1024;
/** A reader that leaves this much unread is dropped, never waited for. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024;

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
  await send(reply, request, response, deps.log);
}

async function runRoute(
  deps: HttpDeps,
  routes: readonly Route[],
  recognise: Recognise,
  request: IncomingMessage,
  gone: AbortSignal,
): Promise<unknown> {
  const url = new URL(request.url ?? '/', 'http://controller');
  const { route, params } = matchRoute(routes, request.method ?? 'GET', url.pathname);
  const written = { actor: NOBODY.name, target: Object.values(params).join('/') };
  const audit = (outcome: string) => {
    if (!route.on.startsWith('GET ')) deps.stores.audit.add({ at: deps.now(), action: route.on, outcome, ...written });
  };
  try {
    const actor = recognise(request);
    written.actor = actor.name;
    demandAccess(actor, route.access, route.on);
    const query = route.query && demandShape(route.query, Object.fromEntries(url.searchParams), 'query');
    const body = route.body && demandShape(route.body, await readJson(request), 'body');
    if (route.target && body !== undefined) written.target = route.target(body as never);
    const result = await route.run(deps, { actor, params, query, body, request, gone } as Call<never, never>);
    audit('ok');
    return result;
  } catch (error) {
    audit(toFault(error).code);
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

async function send(reply: Reply, request: IncomingMessage, response: ServerResponse, log: HttpDeps['log']) {
  if (response.destroyed) return;
  const { body } = reply;
  const length = typeof body === 'function' ? {} : { 'content-length': Buffer.byteLength(body) };
  // A body that was not read to its end can't be followed by another request.
  const rest = request.complete ? {} : { connection: 'close' };
  response.writeHead(reply.status, { ...SECURITY_HEADERS, ...reply.headers, ...length, ...rest });
  if (request.method === 'HEAD') return void response.end();
  if (typeof body !== 'function') return void response.end(body);
  response.flushHeaders();
  try {
    await body((text) => {
      if (response.destroyed) return;
      response.write(text);
      if (response.writableLength > MAX_UNREAD_BYTES) response.destroy();
    });
    response.end();
  } catch (error) {
    // The status is sent already: what is left to do is to say why on the last line.
    const last = replyToError(error, log).body;
    if (!response.destroyed) response.end(`${JSON.stringify({ error: JSON.parse(last as string) })}\n`);
  }
}
