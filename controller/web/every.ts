/** Runs a job now and then, never twice at once. What it returns runs it sooner. */
export function every(ms: number, job: () => Promise<void>, soonMs = 250): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running = false;
  let again = false;
  const run = async (): Promise<void> => {
    clearTimeout(timer);
    running = true;
    again = false;
    await job().catch(() => undefined);
    running = false;
    timer = setTimeout(() => void run(), again ? soonMs : ms);
  };
  void run();
  return () => {
    if (running) {
      again = true;
      return;
    }
    clearTimeout(timer);
    timer = setTimeout(() => void run(), soonMs);
  };
}
