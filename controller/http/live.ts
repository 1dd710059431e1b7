import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { Fault } from '../../proto/fault.ts';
import type { FleetEvent, Live as Heard } from '../events/event.ts';
import { demandAccess } from './access.ts';
import type { Recognise } from './answer.ts';
import type { HttpDeps } from './deps.ts';
import { findHost } from './hosts.ts';
import { rawReply, replyToError, urlOf } from './respond.ts';
import type { HostView } from './views.ts';

/** What goes over /v1/live. There is no first state: ask for /v1/status once it is open. */
export type LiveMessage =
  | { readonly type: 'event'; readonly event: FleetEvent }
  | { readonly type: 'host'; readonly host: HostView }
  | { readonly type: 'download'; readonly what: string; readonly done: number; readonly total: number };

export interface Live {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, recognise: Recognise): void;
  close(): void;
}

const MAX_UNREAD_BYTES = 4 * 1024 * 1024;
const PING_MS = 30_000;
const BEARER = 'bearer.';

export function openLive(deps: HttpDeps): Live {
  const server = new WebSocketServer({ noServer: true, maxPayload: 1024, handleProtocols: chooseProtocol });
  const pinging = setInterval(() => server.clients.forEach((client) => client.ping()), PING_MS).unref();
  return {
    upgrade(request, socket, head, recognise) {
      // A peer that resets while it is refused must not end the controller.
      socket.on('error', () => socket.destroy());
      try {
        admit(request, recognise);
      } catch (error) {
        socket.end(rawReply(replyToError(error, deps.log)));
        return;
      }
      server.handleUpgrade(request, socket, head, (client) => feed(deps, client, () => recognise(request)));
    },
    close() {
      clearInterval(pinging);
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}

function admit(request: IncomingMessage, recognise: Recognise): void {
  const path = urlOf(request).pathname;
  if (path !== '/v1/live') throw new Fault('not_found', `cannot open ${path} as a WebSocket: only /v1/live is one`);
  const { origin, host } = request.headers;
  if (origin !== undefined && hostOf(origin) !== host) {
    throw new Fault('denied', `cannot open /v1/live from a page of ${origin}: only the controller's own page may`);
  }
  // A browser can't set headers on a WebSocket; the subprotocol is all that it has.
  const offered = offeredProtocols(request).find((protocol) => protocol.startsWith(BEARER));
  if (offered && !request.headers.authorization)
    request.headers.authorization = `Bearer ${offered.slice(BEARER.length)}`;
  demandAccess(recognise(request), 'viewer', 'GET /v1/live');
}

const offeredProtocols = (request: IncomingMessage): string[] =>
  (request.headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim());

const hostOf = (origin: string): string | undefined => (URL.canParse(origin) ? new URL(origin).host : undefined);

/** The credential is not echoed where something else was offered beside it. */
const chooseProtocol = (offered: ReadonlySet<string>): string | false =>
  [...offered].find((protocol) => !protocol.startsWith(BEARER)) ?? [...offered][0] ?? false;

/** `allow` throws once the credential that it was opened with is good no more: then it ends, before another word. */
function feed(deps: HttpDeps, client: WebSocket, allow: () => void): void {
  let scheduled = false;
  const drain = () => {
    scheduled = false;
    try {
      allow();
    } catch {
      client.close(4403, 'the credential is good no more');
      listener.close();
      return;
    }
    for (const heard of newestOf(listener.pending.splice(0))) {
      const message = toMessage(deps, heard);
      if (message) client.send(JSON.stringify(message));
    }
    if (client.bufferedAmount > MAX_UNREAD_BYTES) client.terminate();
  };
  const listener = deps.stream.listen(
    () => {
      if (!scheduled) setImmediate(drain);
      scheduled = true;
    },
    () => client.terminate(),
  );
  client.on('close', () => listener.close());
  client.on('error', () => client.terminate());
}

/** A host that changed twice since the last look is looked at once, and a download only has its newest state. */
function newestOf(heard: readonly Heard[]): Heard[] {
  const last = new Map<unknown, Heard>();
  for (const one of heard) {
    const key = one.type === 'host' ? `host ${one.host}` : one.type === 'download' ? `download ${one.what}` : one;
    last.delete(key);
    last.set(key, one);
  }
  return [...last.values()];
}

function toMessage(deps: HttpDeps, heard: Heard): LiveMessage | undefined {
  if (heard.type !== 'host') return heard;
  const host = findHost(deps, heard.host);
  return host && { type: 'host', host };
}
