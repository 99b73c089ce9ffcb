/** `firstMs`, doubled with each try after the first (for which `tries` is 0), up to `maxMs`. */
export function doublingMs(tries: number, firstMs: number, maxMs: number): number {
  return Math.min(firstMs * 2 ** tries, maxMs);
}

/**
 * Repeats a call until it succeeds. After each failure, `waitFor` returns the wait before the next try, in milliseconds. If it
 * returns undefined, the error is thrown.
 *
 * @param waitFor gets the number of tries before the failed one
 */
export async function retry<T>(
  call: () => Promise<T>,
  waitFor: (error: unknown, tries: number) => number | undefined,
  sleep: (ms: number) => Promise<unknown> = timer,
): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await call();
    } catch (error) {
      const waitMs = waitFor(error, tries);
      if (waitMs === undefined) throw error;
      await sleep(waitMs);
    }
  }
}

/** Repeats a commit until the database takes it, for as long as the process lives, or until `onError` throws. */
export function retryCommit<T>(commit: () => Promise<T>, onError: (error: unknown) => void): Promise<T> {
  return retry(commit, (error, tries) => {
    onError(error);
    return doublingMs(tries, 100, 1_000);
  });
}

function timer(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
