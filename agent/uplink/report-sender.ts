import type { AgentSays } from '../../proto/message.ts';
import type { HostReport } from '../../proto/report.ts';
import type { ReportSlot } from './report-slot.ts';

/** Changes come in bursts: one step of one unit is several. */
const DEBOUNCE_MS = 20;
/** While nothing changes, so that the controller sees that it is alive and what its clock says. */
const HEARTBEAT_MS = 30_000;

/** Sends the newest report when it differs from the last one sent, and now and then when it does not. */
export class ReportSender {
  readonly #slot: ReportSlot;
  readonly #send: (says: AgentSays) => boolean;
  readonly #now: () => number;
  readonly #stopListening: () => void;
  readonly #heartbeat: NodeJS.Timeout;
  #debounce: NodeJS.Timeout | undefined;
  #sent = '';

  /** `send` returns false when the stream is full; `resume` is to be called when it is not any more. */
  constructor(slot: ReportSlot, send: (says: AgentSays) => boolean, now: () => number) {
    this.#slot = slot;
    this.#send = send;
    this.#now = now;
    this.#stopListening = slot.onChange(() => this.#soon());
    this.#heartbeat = setInterval(() => this.#sendNow(true), HEARTBEAT_MS);
    this.#sendNow(true);
  }

  resume = (): void => this.#sendNow(false);

  [Symbol.dispose](): void {
    this.#stopListening();
    clearInterval(this.#heartbeat);
    clearTimeout(this.#debounce);
  }

  #soon(): void {
    this.#debounce ??= setTimeout(() => this.#sendNow(false), DEBOUNCE_MS);
  }

  #sendNow(evenIfSame: boolean): void {
    clearTimeout(this.#debounce);
    this.#debounce = undefined;
    const report = this.#slot.newest;
    if (!report) return;
    const content = JSON.stringify({ ...report, atMs: 0 } satisfies HostReport);
    if (content === this.#sent && !evenIfSame) return;
    if (this.#send({ kind: 'report', report: { ...report, atMs: this.#now() } })) this.#sent = content;
  }
}
