/** `firstMs`, doubled with each try after the first (`tries` is 0 then), to `maxMs`. */
export function doublingMs(tries: number, firstMs: number, maxMs: number): number {
  return Math.min(firstMs * 2 ** tries, maxMs);
}

/**
 * Makes a call until it succeeds. After each failure, `waitFor` says how long to wait, in milliseconds, before the next try;
 * undefined throws the error.
 *
 * @param waitFor gets how many tries were made before this one
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

function timer(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
