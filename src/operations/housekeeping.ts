const EVERY_MS = 10 * 60 * 1000;

/** How long finished requests are kept after they are reported. The button under an outcome works for the same time. */
export const FINISHED_KEPT_MS = 90 * 24 * 60 * 60 * 1000;

export type HousekeepingDeps = {
  /**
   * The chores by name. Each one runs even if others throw. A chore that resolves with true has more to do, and is called again
   * at once.
   */
  chores: Record<string, () => Promise<unknown>>;
  /** Called for the first error of a chore, and for another one only after the chore has succeeded in between. */
  onError(chore: string, error: unknown): void;
};

/** Deletes data that is no longer kept, at the start and every ten minutes. Several replicas may do so at once. */
export function startHousekeeping({ chores, onError }: HousekeepingDeps): {
  /** Starts nothing more; resolves when no chore is running. */
  stop(): Promise<void>;
} {
  const failing = new Set<string>();
  let running: Promise<void> | undefined;
  let isStopping = false;
  const timer = setInterval(begin, EVERY_MS);
  begin();
  return { stop };

  function begin(): void {
    running ??= doAll().finally(() => {
      running = undefined;
    });
  }

  async function doAll(): Promise<void> {
    for (const [chore, run] of Object.entries(chores)) {
      try {
        while (!isStopping && (await run()) === true) {
          // One batch at a time, as long as there is more.
        }
        failing.delete(chore);
      } catch (error) {
        if (!failing.has(chore)) onError(chore, error);
        failing.add(chore);
      }
    }
  }

  async function stop(): Promise<void> {
    isStopping = true;
    clearInterval(timer);
    await running;
  }
}
