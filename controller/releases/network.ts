import type { IncomingMessage } from 'node:http';
import { Agent, get } from 'node:http';
import { Agent as SecureAgent, get as secureGet } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../../proto/fault.ts';

const REDIRECTS = 5;

/** The way to other people's servers: how patient to be, through which proxy, and until when. */
export interface Network {
  /** `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY` in it are honoured. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly connectTimeoutMs: number;
  /** No byte for as long ends a transfer. */
  readonly stallTimeoutMs: number;
  readonly signal: AbortSignal;
  readonly chance: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** As an operator's controller uses it; `signal` ends every transfer. */
export const openNetwork = (env: Network['env'], signal: AbortSignal): Network => ({
  env,
  signal,
  connectTimeoutMs: 3_000,
  stallTimeoutMs: 30_000,
  chance: Math.random,
  sleep: async (ms) => pause(ms, undefined, { signal }),
});

/**
 * unreachable  never connected: no such name, refused, no answer in time
 * broken       connected, then cut off, stalled or nonsense
 * status       answered, with a status that is not success
 */
export class HttpFailure extends Error {
  readonly kind: 'unreachable' | 'broken' | 'status';
  readonly status: number;
  constructor(kind: HttpFailure['kind'], message: string, options: { status?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.status = options.status ?? 0;
  }
}

/** The answer to a GET, redirects followed, its body not read yet. A status of 400 or more is thrown. */
export async function openUrl(
  url: string,
  network: Network,
  headers: Readonly<Record<string, string>> = {},
): Promise<IncomingMessage> {
  let at = new URL(url);
  let last = 0;
  for (let hop = 0; hop <= REDIRECTS; hop++) {
    const response = await getOnce(at, network, headers);
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return response;
    response.destroy();
    const { location } = response.headers;
    last = status;
    if (status < 300 || status >= 400 || !location) {
      throw new HttpFailure('status', `${at.host} answers ${status}`, { status });
    }
    const next = new URL(location, at);
    if (at.protocol === 'https:' && next.protocol !== 'https:') {
      throw new HttpFailure('status', `${at.host} sends us on to ${next.host} without TLS`, { status });
    }
    at = next;
  }
  throw new HttpFailure('status', `${new URL(url).host} redirects more than ${REDIRECTS} times`, { status: last });
}

function getOnce(url: URL, network: Network, headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
  const { env, signal, connectTimeoutMs, stallTimeoutMs } = network;
  const isSecure = url.protocol === 'https:';
  const agent = isSecure ? new SecureAgent({ proxyEnv: env }) : new Agent({ proxyEnv: env });
  // Until the socket is handed over this timeout counts: the one of a tunnel through a proxy.
  const options = { agent, headers: { 'user-agent': 'promfleet', ...headers }, signal, timeout: connectTimeoutMs };
  return new Promise((resolve, reject) => {
    let isConnected = false;
    let answer: IncomingMessage | undefined;
    const answered = (response: IncomingMessage): void => {
      answer = response;
      resolve(response);
    };
    const request = isSecure ? secureGet(url, options, answered) : get(url, options, answered);
    const connecting = setTimeout(() => {
      const message = `${url.host} does not answer: no connection within ${connectTimeoutMs / 1000} s`;
      reject(new HttpFailure('unreachable', message));
      request.destroy();
    }, connectTimeoutMs);
    const connected = (): void => {
      isConnected = true;
      clearTimeout(connecting);
    };
    // Through a proxy the socket is handed over once the tunnel stands; else while it still connects.
    request.once('socket', (socket) => (socket.connecting ? socket.once('connect', connected) : connected()));
    request.setTimeout(stallTimeoutMs, () => {
      const failure = new HttpFailure('broken', `${url.host} sends nothing for ${stallTimeoutMs / 1000} s`);
      (answer ?? request).destroy(failure);
    });
    request.once('error', (error) => {
      clearTimeout(connecting);
      if (error instanceof HttpFailure) reject(error);
      else if (isConnected) reject(new HttpFailure('broken', `${url.host}: ${messageOf(error)}`, { cause: error }));
      else reject(new HttpFailure('unreachable', `${url.host} does not answer: ${messageOf(error)}`, { cause: error }));
    });
  });
}
