import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@grpc/grpc-js';
import { Fault, messageOf } from '../../proto/fault.ts';
import { reach } from './channel.ts';

/** An address that has said neither yes nor no by then is not waited for alone. */
const NEXT_AFTER_MS = 1_500;

/**
 * The first of these addresses that answers: each is tried when the one before has failed, or has not answered for a moment, so that
 * a dead one costs that moment and no more. @throws Fault `unavailable` with what each of them said.
 */
export async function dial<C extends Client>(
  addresses: readonly string[],
  open: (address: string) => C,
  signal?: AbortSignal,
): Promise<{ readonly address: string; readonly client: C }> {
  const ending = new AbortController();
  const either = signal ? AbortSignal.any([signal, ending.signal]) : ending.signal;
  const opened = new Map<string, C>();
  const attempts: Promise<string>[] = [];
  let answered: string | undefined;
  try {
    for (const address of addresses) {
      const client = open(address);
      opened.set(address, client);
      const attempt = reach(client, address, either).then(() => address);
      attempts.push(attempt);
      const failed = attempt.then(
        () => undefined,
        () => undefined,
      );
      const first = Promise.any(attempts).catch(() => undefined);
      answered = await Promise.race([first, failed, sleep(NEXT_AFTER_MS, undefined, { ref: false })]);
      if (answered !== undefined || either.aborted) break;
    }
    answered ??= await Promise.any(attempts);
    return { address: answered, client: opened.get(answered) as C };
  } catch (error) {
    throw noneOf(error);
  } finally {
    ending.abort();
    for (const [address, client] of opened) if (address !== answered) client.close();
  }
}

function noneOf(error: unknown): unknown {
  if (!(error instanceof AggregateError)) return error;
  const faults = error.errors as Fault[];
  if (faults.length === 1) return faults[0];
  const hint = faults.find((fault) => fault.hint !== undefined)?.hint;
  return new Fault('unavailable', faults.map(messageOf).join('; '), { hint, cause: error });
}
