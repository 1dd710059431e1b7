import { messageOf } from '../../proto/fault.ts';
import type { AgentSays, LogTail } from '../../proto/message.ts';
import type { Supervisor } from '../supervise/supervisor.ts';

const MOST_TAILS = 32;
const MOST_LINES = 10_000;
const MOST_WAITING = 2_000;

export interface LogHost {
  readonly supervisor: Pick<Supervisor, 'lastLines' | 'follow'>;
  hasUnit(name: string): boolean;
  forbids(what: 'logs'): string;
}

interface Tail {
  waiting: string[];
  skipped: number;
  stop: () => void;
}

/** The log tails of one session. What a slow session can't take is skipped, and said so: it must not pile up here. */
export class LogTails {
  readonly #host: LogHost;
  readonly #send: (says: AgentSays) => boolean;
  readonly #tails = new Map<string, Tail>();

  constructor(host: LogHost, send: (says: AgentSays) => boolean) {
    this.#host = host;
    this.#send = send;
  }

  async begin({ id, unit, lines, follow }: LogTail): Promise<void> {
    const most = Math.min(lines, MOST_LINES);
    const { supervisor } = this.#host;
    try {
      const forbidden = this.#host.forbids('logs');
      if (forbidden !== '') throw new Error(`cannot show the log of ${unit}: ${forbidden}`);
      if (!this.#host.hasUnit(unit)) throw new Error(`cannot show the log of ${unit}: it is no unit of this host`);
      if (!follow) {
        this.#say(id, await supervisor.lastLines(unit, most), true);
        return;
      }
      if (this.#tails.size >= MOST_TAILS) throw new Error(`this host follows ${MOST_TAILS} logs already`);
      const tail: Tail = { waiting: [], skipped: 0, stop: () => undefined };
      this.#tails.set(id, tail);
      tail.stop = supervisor.follow(unit, most, (more) => this.#more(id, tail, more));
    } catch (error) {
      this.#tails.delete(id);
      this.#send({ kind: 'logLines', logLines: { id, lines: [], end: true, error: messageOf(error) } });
    }
  }

  end(id: string): void {
    this.#tails.get(id)?.stop();
    this.#tails.delete(id);
  }

  resume = (): void => {
    for (const [id, tail] of this.#tails) this.#more(id, tail, []);
  };

  [Symbol.dispose](): void {
    for (const id of this.#tails.keys()) this.end(id);
  }

  #more(id: string, tail: Tail, lines: readonly string[]): void {
    const forbidden = this.#host.forbids('logs');
    if (forbidden !== '') {
      this.end(id);
      this.#send({ kind: 'logLines', logLines: { id, lines: [], end: true, error: forbidden } });
      return;
    }
    tail.waiting.push(...lines);
    if (tail.waiting.length > MOST_WAITING)
      tail.skipped += tail.waiting.splice(0, tail.waiting.length - MOST_WAITING).length;
    const notice = tail.skipped > 0 ? [`… ${tail.skipped} lines skipped`] : [];
    if (tail.waiting.length === 0 || !this.#say(id, [...notice, ...tail.waiting], false)) return;
    tail.waiting = [];
    tail.skipped = 0;
  }

  #say(id: string, lines: readonly string[], end: boolean): boolean {
    return this.#send({ kind: 'logLines', logLines: { id, lines, end, error: '' } });
  }
}
