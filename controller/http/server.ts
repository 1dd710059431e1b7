import { chmodSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo, ListenOptions } from 'node:net';
import { Fault } from '../../proto/fault.ts';
import { listenFault } from '../listen-fault.ts';
import { bearerOf, localActor, recogniseBearer } from './access.ts';
import { answer, type Recognise } from './answer.ts';
import type { HttpDeps } from './deps.ts';
import { type Live, openLive } from './live.ts';
import { routes } from './routes.ts';

export interface HttpOptions {
  /** Path of the local administrators' socket. */
  readonly socket: string;
  readonly https: { readonly host: string; readonly port: number };
  /** Plain HTTP for a browser on this machine; left out, there is none. */
  readonly page?: { readonly port: number };
  /** Asked again at every `renewCertificate`. */
  certificate(): { readonly key: string; readonly cert: string };
}

export interface HttpServer extends AsyncDisposable {
  readonly httpsPort: number;
  readonly pagePort: number | undefined;
  /** Takes the certificate in place: connections stay. */
  renewCertificate(): void;
}

/** Opens every way into the controller for people and their tools. */
export async function serveHttp(deps: HttpDeps, options: HttpOptions): Promise<HttpServer> {
  await using opening = new AsyncDisposableStack();
  const bearer: Recognise = ({ headers }) =>
    recogniseBearer(deps.stores.operators.all, bearerOf(headers.authorization), deps.now());
  const live = openLive(deps);

  const local: Recognise = ({ headers }) => localActor(headers['x-promfleet-user']);
  const socket = own(opening, wire(createServer(listener(deps, local)), live, local));
  rmSync(options.socket, { force: true });
  await listen(socket, { path: options.socket }, options.socket);
  // Until here the group could not connect: that takes the right to write.
  chmodSync(options.socket, 0o660);

  const tls = createTlsServer({ minVersion: 'TLSv1.2', ...options.certificate() }, listener(deps, bearer));
  own(opening, wire(tls, live, bearer));
  await listen(tls, { ...options.https }, `${options.https.host}:${options.https.port}`);

  const visitor = onlyFromHere(bearer);
  const page = options.page && own(opening, wire(createServer(listener(deps, visitor)), live, visitor));
  if (page && options.page) {
    await listen(page, { host: '127.0.0.1', port: options.page.port }, `127.0.0.1:${options.page.port}`);
  }
  // Before its servers: they wait for every connection, and an upgraded one ends with nobody else.
  opening.defer(() => live.close());
  const open = opening.move();
  return {
    httpsPort: portOf(tls),
    pagePort: page && portOf(page),
    renewCertificate: () => tls.setSecureContext(options.certificate()),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

function listener(deps: HttpDeps, recognise: Recognise): RequestListener {
  return (request, response) => {
    answer(deps, routes, recognise, request, response).catch((error: unknown) => {
      deps.log.error({ err: error }, 'cannot send an answer');
      response.destroy();
    });
  };
}

function wire<S extends Server | TlsServer>(server: S, live: Live, recognise: Recognise): S {
  server.on('upgrade', (request, socket, head) => live.upgrade(request, socket, head, recognise));
  return server;
}

/** Closed at the end, whoever still listens: a log that is followed has no end of its own. */
function own<S extends Server | TlsServer>(life: AsyncDisposableStack, server: S): S {
  life.defer(async () => {
    const closed = new Promise((done) => server.close(done));
    server.closeAllConnections();
    await closed;
  });
  return server;
}

/** A site that makes its own name point to this machine must not reach the page through a visitor's browser. */
const onlyFromHere =
  (recognise: Recognise): Recognise =>
  (request) => {
    const name = (request.headers.host ?? '').replace(/:\d+$/, '');
    if (['127.0.0.1', 'localhost', '[::1]'].includes(name)) return recognise(request);
    throw new Fault('denied', `cannot answer as ${name}: this listener is for a browser on this machine only`, {
      hint: 'open http://127.0.0.1 with the port that "promfleet up" printed',
    });
  };

async function listen(server: Server | TlsServer, where: ListenOptions, shown: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(where, resolve);
  try {
    await promise;
  } catch (error) {
    throw listenFault(error, shown, '--api-port or --page-port');
  }
}

const portOf = (server: Server | TlsServer): number => (server.address() as AddressInfo).port;
