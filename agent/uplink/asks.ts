import { messageOf } from '../../proto/fault.ts';
import type { Answer, Ask } from '../../proto/message.ts';
import type { Present } from '../supervise/ask-loopback.ts';
import { getLoopback } from './loopback.ts';

const LIMITS = { timeoutMs: 30_000, mostBytes: 16 * 1024 * 1024 };

export interface AskedHost {
  portsOf(unit: string): ReadonlySet<number>;
  forbids(what: 'queries'): string;
  /** Takes the values of secrets out of a text. */
  scrub(text: string): string;
  readonly credentials: Present;
}

/**
 * A GET on this host for the controller: only from a port that the unit's spec names and the unit itself listens on, so that a
 * controller can't use an agent to reach what else listens here.
 */
export async function answerAsk(ask: Ask, host: AskedHost): Promise<Answer> {
  const { id, unit, port, path, tls = false } = ask;
  const failed = (error: string): Answer => ({ id, status: 0, contentType: '', body: Buffer.alloc(0), error });
  const forbidden = host.forbids('queries');
  if (forbidden !== '') return failed(`cannot ask ${unit}: ${forbidden}`);
  if (!host.portsOf(unit).has(port)) return failed(`cannot ask ${unit}: it does not listen on port ${port}`);
  if (!/^\/[\x21-\x7e]*$/.test(path)) return failed(`cannot ask ${unit}: ${JSON.stringify(path)} is no path`);
  try {
    const { status, contentType, body } = await getLoopback(
      { port, path, tls: tls || undefined },
      host.credentials,
      LIMITS,
    );
    return { id, status, contentType, body: Buffer.from(host.scrub(body.toString('utf8'))), error: '' };
  } catch (error) {
    return failed(messageOf(error));
  }
}
