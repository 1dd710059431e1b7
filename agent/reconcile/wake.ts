/** "Look again", merged: however often it is called, the next look sees it all. */
export class Wake {
  #isDue = false;
  #resolve: (() => void) | undefined;

  wake = (): void => {
    this.#isDue = true;
    this.#resolve?.();
  };

  async next(atMostMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#isDue && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#resolve = resolve;
      const timer = setTimeout(resolve, atMostMs);
      signal.addEventListener('abort', this.wake, { once: true });
      await promise;
      clearTimeout(timer);
      signal.removeEventListener('abort', this.wake);
    }
    this.#isDue = false;
  }
}
