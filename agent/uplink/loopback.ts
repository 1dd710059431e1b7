import { get, type IncomingMessage } from 'node:http';
import { Fault, messageOf } from '../../proto/fault.ts';

export interface LoopbackAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

export interface LoopbackLimits {
  readonly timeoutMs: number;
  readonly mostBytes: number;
}

/** GETs from a program on this host. @throws Fault `unavailable` when there is no answer, or too much of one. */
export async function getLoopback(port: number, path: string, limits: LoopbackLimits): Promise<LoopbackAnswer> {
  try {
    const answer = await answerOf(port, path, AbortSignal.timeout(limits.timeoutMs));
    const parts: Buffer[] = [];
    let size = 0;
    for await (const part of answer as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > limits.mostBytes) throw new Error(`it is longer than ${limits.mostBytes} bytes`);
      parts.push(part);
    }
    return {
      status: answer.statusCode ?? 0,
      contentType: answer.headers['content-type'] ?? '',
      body: Buffer.concat(parts),
    };
  } catch (error) {
    const why =
      error instanceof Error && error.name === 'TimeoutError'
        ? `none within ${limits.timeoutMs / 1000} s`
        : messageOf(error);
    throw new Fault('unavailable', `cannot get an answer from port ${port}: ${why}`, { cause: error });
  }
}

function answerOf(port: number, path: string, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  // No agent: a connection kept open would hold the program's graceful stop up.
  get({ host: '127.0.0.1', port, path, signal, agent: false, headers: { connection: 'close' } }, resolve).on(
    'error',
    reject,
  );
  return promise;
}
