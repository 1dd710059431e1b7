import { Fault, messageOf } from '../../proto/fault.ts';
import type { LiveMessage } from './wire.ts';

const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 5_000;
const PULSE_MS = 10_000;
/** A refused credential stays refused until there is another. */
const DENIED_WAIT_MS = 60_000;

export interface LiveOptions {
  openSocket(): WebSocket;
  /** Reads everything anew: a stream that was interrupted has holes. */
  readAll(): Promise<void>;
  /** A small question, asked now and then: a connection that was cut without a word looks just like a quiet one. */
  pulse(): Promise<void>;
  onMessage(message: LiveMessage): void;
  onLive(): void;
  onLost(why: Fault): void;
  chance(): number;
}

export interface LiveLink {
  /** Connects anew, now: a new credential, or a machine that woke up. */
  readonly retry: () => void;
  readonly stop: () => void;
}

/** Holds the live stream for as long as the page is open. */
export function keepLive(options: LiveOptions): LiveLink {
  let wake = (): void => {};
  const rest = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const life = new AbortController();
  const keep = async (): Promise<void> => {
    for (let attempt = 0; ; attempt += 1) {
      const why = await holdSession(options, life.signal, () => {
        attempt = 0;
      });
      if (life.signal.aborted) return;
      options.onLost(why);
      await rest(why.code === 'denied' ? DENIED_WAIT_MS : waitMs(attempt, options.chance()));
    }
  };
  void keep();
  const stop = (): void => {
    life.abort();
    wake();
  };
  return { retry: () => wake(), stop };
}

export const waitMs = (attempt: number, chance: number): number =>
  Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS) * (0.75 + 0.5 * chance);

/** One connection, from dial to loss. Resolves with why it ended. */
async function holdSession(options: LiveOptions, life: AbortSignal, onLive: () => void): Promise<Fault> {
  // A browser does not tell a page why a socket was refused; a plain request does.
  const refused = await options.readAll().catch((error: unknown) => error);
  if (refused !== undefined) return refused instanceof Fault ? refused : new Fault('internal', messageOf(refused));
  if (life.aborted) return new Fault('unavailable', 'the page is closed');
  const socket = options.openSocket();
  life.addEventListener('abort', () => socket.close());
  const take = afterReading((message) => options.onMessage(message));
  const closed = new Promise<Fault>((resolve) => {
    socket.addEventListener('close', () => resolve(new Fault('unavailable', 'the connection was closed')));
  });
  socket.addEventListener('message', ({ data }) => take.message(JSON.parse(String(data)) as LiveMessage));
  const onOpen = async (): Promise<void> => {
    await options.readAll();
    take.read();
    onLive();
    options.onLive();
  };
  socket.addEventListener('open', () => void onOpen().catch(() => socket.close()));
  const pulse = setInterval(() => void options.pulse().catch(() => socket.close()), PULSE_MS);
  const why = await closed;
  clearInterval(pulse);
  return why;
}

/** Until everything is read again, what comes is kept: applied first, it would be overwritten by what is older. */
function afterReading(onMessage: (message: LiveMessage) => void) {
  let early: LiveMessage[] | undefined = [];
  return {
    message: (message: LiveMessage): void => {
      if (early) early.push(message);
      else onMessage(message);
    },
    read: (): void => {
      const kept = early ?? [];
      early = undefined;
      for (const message of kept) onMessage(message);
    },
  };
}
