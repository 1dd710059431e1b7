import { setTimeout as sleep } from 'node:timers/promises';

/** Tries until `check` no longer throws, and then gives what it gave; throws what it threw last when the time is over. */
export async function eventually<T>(check: () => T | Promise<T>, withinMs = 5_000): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(10);
    }
  }
}
