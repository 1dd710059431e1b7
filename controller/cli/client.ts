import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { FAULT_CODES, Fault } from '../../proto/fault.ts';
import type { LiveMessage } from '../http/live.ts';
import { explainFailure } from './unreachable.ts';

/** Where a controller answers: its local socket, or an address whose authority was pinned by `login`. */
export type Endpoint =
  | { readonly kind: 'socket'; readonly path: string; readonly user: string }
  | {
      readonly kind: 'https';
      readonly host: string;
      readonly port: number;
      readonly ca: string;
      readonly credential: string;
    };

/** The name in every controller's certificate: what is trusted is the pinned authority, not the address. */
export const CONTROLLER_NAME = 'promfleet-controller';

export interface Client {
  /** For people. */
  readonly where: string;
  get<T>(path: string): Promise<T>;
  send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T>;
  text(path: string): Promise<string>;
  /** Every line of an answer as it comes. Ends with the answer, or when `signal` does. */
  lines(path: string, onLine: (line: string) => void, signal?: AbortSignal): Promise<void>;
  live(onMessage: (message: LiveMessage) => void, onClosed: () => void): { close(): void };
}

export function openEndpoint(endpoint: Endpoint): Client {
  const where = endpoint.kind === 'socket' ? endpoint.path : `${endpoint.host}:${endpoint.port}`;
  const call = (method: string, path: string, body?: unknown, signal?: AbortSignal) =>
    sendRequest(endpoint, where, method, path, body, signal);
  const json = async <T>(method: string, path: string, body?: unknown) =>
    JSON.parse(await readText(await call(method, path, body))) as T;
  return {
    where,
    get: (path) => json('GET', path),
    send: (method, path, body) => json(method, path, body),
    text: async (path) => readText(await call('GET', path)),
    async lines(path, onLine, signal) {
      const response = await call('GET', path, undefined, signal);
      for await (const line of createInterface({ input: response, crlfDelay: Number.POSITIVE_INFINITY })) onLine(line);
    },
    live: (onMessage, onClosed) => openLive(endpoint, onMessage, onClosed),
  };
}

const headersOf = (endpoint: Endpoint): Record<string, string> =>
  endpoint.kind === 'socket'
    ? { 'x-promfleet-user': endpoint.user, host: 'controller' }
    : { authorization: `Bearer ${endpoint.credential}` };

async function sendRequest(
  endpoint: Endpoint,
  where: string,
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<IncomingMessage> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    ...headersOf(endpoint),
    ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
  };
  const options = { method, path, headers, ...(signal ? { signal } : {}) };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request =
    endpoint.kind === 'socket'
      ? requestPlain({ ...options, socketPath: endpoint.path }, resolve)
      : requestTls({ ...options, ...tlsOptions(endpoint) }, resolve);
  request.on('error', reject);
  request.end(text);
  const response = await promise.catch((error: unknown) => {
    throw explainFailure(error, where);
  });
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return response;
  throw readFault(await readText(response), status, where);
}

function tlsOptions({ host, port, ca }: Extract<Endpoint, { kind: 'https' }>) {
  return { host, port, ca, servername: CONTROLLER_NAME };
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function readFault(text: string, status: number, where: string): Fault {
  try {
    const { code, message, hint, findings } = JSON.parse(text) as Pick<Fault, 'code' | 'message' | 'hint' | 'findings'>;
    if (FAULT_CODES.includes(code)) return new Fault(code, message, { hint, findings: findings ?? [] });
  } catch {
    // Not ours: fall through.
  }
  return new Fault('unavailable', `cannot make sense of ${where}: it answered ${status} and no fault of ours`, {
    hint: 'is that a promfleet controller?',
  });
}

function openLive(endpoint: Endpoint, onMessage: (message: LiveMessage) => void, onClosed: () => void) {
  const socket = endpoint.kind === 'socket' ? openLocal(endpoint) : openRemote(endpoint);
  socket.on('message', (text: Buffer) => onMessage(JSON.parse(text.toString('utf8')) as LiveMessage));
  // What went wrong is told by the next request; here it is enough that it is over.
  socket.on('error', () => socket.terminate());
  socket.on('close', onClosed);
  return { close: () => socket.terminate() };
}

const openLocal = (endpoint: Extract<Endpoint, { kind: 'socket' }>): WebSocket =>
  new WebSocket(`ws+unix:${endpoint.path}:/v1/live`, { headers: headersOf(endpoint) });

function openRemote(endpoint: Extract<Endpoint, { kind: 'https' }>): WebSocket {
  const options = { headers: headersOf(endpoint), ca: endpoint.ca, servername: CONTROLLER_NAME };
  return new WebSocket(`wss://${bracketed(endpoint.host)}:${endpoint.port}/v1/live`, options);
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);
