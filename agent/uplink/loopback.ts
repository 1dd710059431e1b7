import { Fault, messageOf } from '../../proto/fault.ts';
import { askLoopback, type Door, type Present } from '../supervise/ask-loopback.ts';

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
export async function getLoopback(door: Door, present: Present, limits: LoopbackLimits): Promise<LoopbackAnswer> {
  try {
    const answer = await askLoopback(door, present, AbortSignal.timeout(limits.timeoutMs));
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
    throw new Fault('unavailable', `cannot get an answer from port ${door.port}: ${why}`, { cause: error });
  }
}
