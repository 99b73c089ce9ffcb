/** Rests for at least as long, and for ten times as long as it took, up to the longest: the table is written anew each time. */
const EVERY_MS = 1_000;
const REST = 10;
const LONGEST_REST_MS = 10_000;

/** Somebody was reading, or another replica was at it. */
const AGAIN_AFTER_MS = 5_000;

export type EraseLater = {
  /** Has the table erased soon; resolves after the try that covers this call. Never rejects. */
  request(): Promise<void>;
  /** Does now what is still to be done, once. */
  finish(): Promise<void>;
};

/**
 * Gathers calls, so that a table is erased at once but then every few seconds at most.
 *
 * @param erase resolves with whether it could be done; false and errors have it tried again later
 * @param monotonicNow milliseconds of a clock that is never set
 */
export function createEraseLater(erase: () => Promise<boolean>, monotonicNow = () => performance.now()): EraseLater {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let next: PromiseWithResolvers<void> | undefined;
  let earliest = 0;
  let finished = false;
  return { request, finish };

  function request(): Promise<void> {
    if (finished) return Promise.resolve();
    next ??= Promise.withResolvers();
    const { promise } = next;
    schedule();
    return promise;
  }

  function schedule(): void {
    if (next === undefined || timer !== undefined || running !== undefined || finished) return;
    timer = setTimeout(() => void run(), Math.max(0, earliest - monotonicNow()));
  }

  async function run(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const done = next;
    if (done === undefined) return;
    next = undefined;
    running = attempt();
    await running;
    running = undefined;
    done.resolve();
    schedule();
  }

  async function attempt(): Promise<void> {
    const startedAt = monotonicNow();
    const erased = await erase().catch(() => false);
    const endedAt = monotonicNow();
    earliest = endedAt + (erased ? restAfter(endedAt - startedAt) : AGAIN_AFTER_MS);
    if (!erased) next ??= Promise.withResolvers();
  }

  async function finish(): Promise<void> {
    finished = true;
    await running;
    await run();
    next?.resolve();
  }
}

function restAfter(tookMs: number): number {
  return Math.min(Math.max(EVERY_MS, REST * tookMs), LONGEST_REST_MS);
}
