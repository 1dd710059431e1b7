/**
 * Runs `work` soon after it is asked for, never twice at once: what is asked for meanwhile becomes one more run after it. A failure is
 * handed to `failed`, and the next call tries again.
 */
export function coalesce(work: () => Promise<unknown>, failed: (error: unknown) => void): () => void {
  let running = false;
  let again = false;
  return function ask(): void {
    if (running) {
      again = true;
      return;
    }
    running = true;
    again = false;
    Promise.resolve()
      .then(work)
      .catch(failed)
      .finally(() => {
        running = false;
        if (again) ask();
      });
  };
}
