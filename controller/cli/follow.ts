import { Fault } from '../../proto/fault.ts';
import type { LiveMessage } from '../http/live.ts';
import type { StatusView } from '../http/views.ts';
import type { Client } from './client.ts';
import { shortDuration } from './format.ts';
import { type Download, renderLive } from './live-view.ts';
import { type Terminal, writeLines } from './terminal.ts';
import { placeOf, whyNot } from './unit-line.ts';
import type { Verdict } from './verdict.ts';

export interface Following {
  readonly title: string;
  readonly judge: (status: StatusView) => Verdict;
  readonly now: () => number;
  /** Given up after so long. */
  readonly timeoutMs: number;
}

const REDRAW_MS = 100;
/** Messages may be missed while a connection is made anew: the whole is asked for now and then. */
const REFRESH_MS = 3_000;
const GONE_MS = 20_000;
/** A unit that failed before may still say so for a moment after its host took the change. */
const SETTLED_MS = 2_000;

/** Shows a change as it happens, until it is judged to be over. Redrawn on a terminal; elsewhere a line per step. */
export async function follow(client: Client, out: Terminal, following: Following): Promise<Verdict> {
  const scene = new Scene(client, out, following);
  try {
    return await scene.run();
  } finally {
    scene.close();
  }
}

class Scene {
  readonly #client: Client;
  readonly #out: Terminal;
  readonly #following: Following;
  readonly #startedAt: number;
  readonly #downloads = new Map<string, Download>();
  readonly #said = new Map<string, string>();
  #status: StatusView | undefined;
  #live: { close(): void } | undefined;
  #drawn = 0;
  #tick = 0;
  #wake = () => {};

  constructor(client: Client, out: Terminal, following: Following) {
    this.#client = client;
    this.#out = out;
    this.#following = following;
    this.#startedAt = following.now();
  }

  async run(): Promise<Verdict> {
    const { judge, now, timeoutMs } = this.#following;
    let refreshedAt = 0;
    let answeredAt = now();
    let failedAt: number | undefined;
    this.#open();
    for (;;) {
      if (now() - refreshedAt > REFRESH_MS) {
        if (await this.#refresh()) answeredAt = now();
        else if (now() - answeredAt > GONE_MS) throw goneFault(this.#client.where);
        refreshedAt = now();
      }
      this.#draw();
      const verdict = this.#status ? judge(this.#status) : { kind: 'wait' as const };
      failedAt = verdict.kind === 'failed' ? (failedAt ?? now()) : undefined;
      if (verdict.kind === 'done' || (failedAt !== undefined && now() - failedAt >= SETTLED_MS)) return verdict;
      if (now() - this.#startedAt > timeoutMs) throw lateFault(timeoutMs);
      await this.#pause();
    }
  }

  close(): void {
    this.#live?.close();
    this.#live = undefined;
  }

  #open(): void {
    this.#live = this.#client.live(
      (message) => this.#hear(message),
      () => {
        if (this.#live) setTimeout(() => this.#live && this.#open(), 1_000).unref();
      },
    );
  }

  #hear(message: LiveMessage): void {
    if (message.type === 'download') this.#download(message);
    if (message.type === 'host' && this.#status) this.#status = replaceHost(this.#status, message.host);
    this.#wake();
  }

  #download({ what, done, total }: Download): void {
    if (total > 0 && done >= total) this.#downloads.delete(what);
    else this.#downloads.set(what, { what, done, total });
  }

  async #refresh(): Promise<boolean> {
    try {
      this.#status = await this.#client.get<StatusView>('/v1/status');
      return true;
    } catch (error) {
      if (error instanceof Fault && error.code === 'unavailable') return false;
      throw error;
    }
  }

  async #pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, REDRAW_MS);
    // What is redrawn has its own pace; what is not should be prompt.
    this.#wake = this.#out.isTerminal ? () => {} : resolve;
    await promise;
    clearTimeout(timer);
  }

  #draw(): void {
    if (!this.#status) return;
    const elapsedMs = this.#following.now() - this.#startedAt;
    if (!this.#out.isTerminal) return this.#say(this.#status, elapsedMs);
    const { title } = this.#following;
    const scene = {
      title,
      status: this.#status,
      downloads: [...this.#downloads.values()],
      elapsedMs,
      tick: this.#tick++,
    };
    const lines = renderLive(scene, this.#out.width, this.#out.height, this.#out.paint);
    this.#out.erase(this.#drawn);
    writeLines(this.#out, lines);
    this.#drawn = lines.length;
  }

  /** A line for each unit whose state or step is another than was said last. */
  #say(status: StatusView, elapsedMs: number): void {
    const units = status.hosts.flatMap((host) =>
      host.units.map((unit) => {
        const why = whyNot({ ...unit, activity: undefined }).split('\n')[0] ?? '';
        const step = unit.activity?.step ?? '';
        return { place: placeOf(host, unit), text: [unit.state, step, why].filter((part) => part !== '').join(': ') };
      }),
    );
    const downloads = [...this.#downloads.values()].map(({ what }) => ({ place: what, text: 'downloading' }));
    const fresh = [...downloads, ...units].filter(({ place, text }) => this.#said.get(place) !== text);
    for (const { place, text } of fresh) this.#said.set(place, text);
    const at = shortDuration(elapsedMs).padStart(5);
    writeLines(
      this.#out,
      fresh.map(({ place, text }) => `${at}  ${place}  ${text}`),
    );
  }
}

/** A status in which one host is as it was just heard to be. */
export function replaceHost(status: StatusView, host: StatusView['hosts'][number]): StatusView {
  const isKnown = status.hosts.some(({ name }) => name === host.name);
  const hosts = isKnown ? status.hosts.map((one) => (one.name === host.name ? host : one)) : [...status.hosts, host];
  return { ...status, hosts, converged: !status.controller.held && hosts.every((one) => one.converged) };
}

const goneFault = (where: string) =>
  new Fault('unavailable', `cannot follow the change: the controller at ${where} stopped answering`, {
    hint: 'hosts go on with what they were told; run "promfleet status" when it is back',
  });

const lateFault = (timeoutMs: number) =>
  new Fault('unavailable', `cannot wait longer than ${shortDuration(timeoutMs)} for every host to confirm`, {
    hint: 'the change goes on without this command; "promfleet status" shows how far it is',
  });
