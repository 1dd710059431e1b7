const BACKLOG = 1024;

export interface Listener<E> {
  readonly pending: E[];
  wake(): void;
  dropped(): void;
  close(): void;
}

/** Fans what happened out to live listeners. A listener that falls behind is dropped, never waited for. */
export class EventStream<E> {
  readonly #listeners = new Set<Listener<E>>();

  publish(event: E): void {
    for (const listener of this.#listeners) {
      if (listener.pending.push(event) > BACKLOG) {
        listener.close();
        listener.dropped();
      } else listener.wake();
    }
  }

  listen(wake: () => void, dropped: () => void): Listener<E> {
    const listener: Listener<E> = { pending: [], wake, dropped, close: () => void this.#listeners.delete(listener) };
    this.#listeners.add(listener);
    return listener;
  }
}
