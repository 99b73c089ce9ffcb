const EVERY_MS = 10 * 60 * 1000;

/** How long finished requests are kept after they are reported; the button under an outcome works for as long. */
export const FINISHED_KEPT_MS = 90 * 24 * 60 * 60 * 1000;

export type HousekeepingDeps = {
  /**
   * What is to be done, by a name of ours; each gets its turn whatever the others throw. One that resolves with true has
   * more to do, and is called again at once.
   */
  chores: Record<string, () => Promise<unknown>>;
  /** Told of the first error of a chore, and again once it has worked in between. */
  onError(chore: string, error: unknown): void;
};

/** Deletes what is no longer kept: at the start, and every ten minutes. Several replicas may do it at once. */
export function startHousekeeping({ chores, onError }: HousekeepingDeps): {
  /** Begins nothing more; resolves when nothing is being done. */
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
          // A piece at a time, as long as there is more.
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
