import { Fault } from '../../proto/fault.ts';
import type { AgentSays, Answer, LogLines, OperationResult } from '../../proto/message.ts';

const MOST_AT_ONCE = 256;

interface Exchange {
  /** Anything else under its id answers something that was not asked. */
  readonly takes: AgentSays['kind'];
  /** True when that was the last of it. */
  hear(said: OperationResult | LogLines | Answer): boolean;
  fail(fault: Fault): void;
}

/** What was asked of one session and is not answered yet; matched by id, bounded, and failed when the session ends. */
export class Exchanges {
  readonly #open = new Map<string, Exchange>();

  /** @throws Fault `unavailable` when too many are open already. */
  open(id: string, exchange: Exchange): void {
    if (this.#open.size >= MOST_AT_ONCE) {
      throw new Fault('unavailable', `cannot ask more of this host: ${MOST_AT_ONCE} questions are open already`);
    }
    this.#open.set(id, exchange);
  }

  close(id: string): void {
    this.#open.delete(id);
  }

  /** False: it answers nothing that is open. It came too late, and is nobody's. */
  hear(says: AgentSays): boolean {
    const said = bodyOf(says);
    const exchange = this.#open.get(said?.id ?? '');
    if (!said || exchange?.takes !== says.kind) return false;
    if (exchange.hear(said)) this.#open.delete(said.id);
    return true;
  }

  failAll(fault: Fault): void {
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const exchange of open) exchange.fail(fault);
  }
}

function bodyOf(says: AgentSays): OperationResult | LogLines | Answer | undefined {
  if (says.kind === 'result') return says.result;
  if (says.kind === 'logLines') return says.logLines;
  if (says.kind === 'answer') return says.answer;
  return undefined;
}

/** One question, one answer, in time. `late` says what did not happen. */
export function askOnce<T extends OperationResult | Answer>(
  exchanges: Exchanges,
  takes: 'result' | 'answer',
  id: string,
  timeoutMs: number,
  late: string,
  send: () => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => {
      exchanges.close(id);
      reject(new Fault('unavailable', `${late}: no answer in ${timeoutMs / 1_000} s`));
    }, timeoutMs);
    exchanges.open(id, {
      takes,
      hear(said) {
        clearTimeout(timer);
        resolve(said as T);
        return true;
      },
      fail(fault) {
        clearTimeout(timer);
        reject(new Fault('unavailable', `${late}: ${fault.message}`, { hint: fault.hint, cause: fault }));
      },
    });
    send();
  });
}

/** Lines until the agent says that was all, or `stop`. */
export function follow(
  exchanges: Exchanges,
  id: string,
  task: string,
  onLines: (lines: readonly string[]) => void,
  say: { begin(): void; end(): void },
): { readonly done: Promise<void>; stop(): void } {
  const { promise: done, resolve, reject } = Promise.withResolvers<void>();
  exchanges.open(id, {
    takes: 'logLines',
    hear(said) {
      const { lines, end, error } = said as LogLines;
      if (lines.length > 0) onLines(lines);
      if (error) reject(new Fault('unavailable', `${task}: ${error}`));
      else if (end) resolve();
      return end || error !== '';
    },
    fail: (fault) => reject(new Fault('unavailable', `${task}: ${fault.message}`, { hint: fault.hint, cause: fault })),
  });
  say.begin();
  const stop = (): void => {
    exchanges.close(id);
    say.end();
    resolve();
  };
  return { done, stop };
}
