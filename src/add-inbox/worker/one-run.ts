/**
 * Runs `work` one at a time. A call while it runs makes it run once more, so that nothing is missed that came after it had looked.
 *
 * @param work never rejects
 */
export function createOneRun(work: () => Promise<void>): { start(): void; ended(): Promise<void> } {
  let running: Promise<void> | undefined;
  let again = false;
  return { start, ended };

  function start(): void {
    if (running !== undefined) again = true;
    running ??= work().finally(() => {
      running = undefined;
      const isWanted = again;
      again = false;
      if (isWanted) start();
    });
  }

  /** Resolves when no run is left. */
  async function ended(): Promise<void> {
    while (running !== undefined) await running;
  }
}
