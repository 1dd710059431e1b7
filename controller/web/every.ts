/** Runs a job now and then, never twice at once. What it returns runs it sooner; asked again and again, it still runs. */
export function every(ms: number, job: () => Promise<void>, soonMs = 400): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isRunning = false;
  let isAsked = false;
  const runIn = (wait: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void run(), wait);
  };
  const run = async (): Promise<void> => {
    isRunning = true;
    isAsked = false;
    await job().catch(() => undefined);
    isRunning = false;
    runIn(isAsked ? soonMs : ms);
  };
  void run();
  return () => {
    if (!isAsked && !isRunning) runIn(soonMs);
    isAsked = true;
  };
}
