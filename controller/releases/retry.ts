const BASE_MS = 500;
const CAP_MS = 15_000;

/** Full jitter: anywhere between nothing and a limit that doubles with every attempt. */
export const retryDelayMs = (attempt: number, chance: number): number =>
  chance * Math.min(CAP_MS, BASE_MS * 2 ** (attempt - 1));

export interface RetryOptions {
  readonly attempts: number;
  readonly isWorthIt: (error: unknown) => boolean;
  readonly chance: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** The last attempt's error is thrown, the others are forgotten. */
export async function withRetries<T>(
  work: () => Promise<T>,
  { attempts, isWorthIt, chance, sleep }: RetryOptions,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= attempts || !isWorthIt(error)) throw error;
      await sleep(retryDelayMs(attempt, chance()));
    }
  }
}
