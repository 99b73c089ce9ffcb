/** So many requests in any such number of seconds. */
export type RateLimit = { requests: number; seconds: number };

export type Taken = {
  /** The three X-RateLimit headers, of the window with the least left. */
  headers: Record<string, string>;
  /** Whole seconds until the next request would be taken; undefined where this one was. */
  retryAfterSeconds: number | undefined;
};

export type RateWindows = { take(key: string): Taken; clear(): void };

/**
 * Counts each key's requests over rolling windows: one made at t counts until t + seconds.
 * A request that is refused for the rate is not counted. `now` is milliseconds since 1970.
 */
export function createRateWindows(limits: readonly RateLimit[], now: () => number): RateWindows {
  const takenAt = new Map<string, number[][]>();

  return {
    take(key) {
      const at = now();
      const windows = takenAt.get(key) ?? limits.map(() => []);
      takenAt.set(key, windows);
      const states = limits.map((limit, index) => {
        const times = windows[index] ?? [];
        const firstInside = times.findIndex((time) => time > at - limit.seconds * 1000);
        times.splice(0, firstInside === -1 ? times.length : firstInside);
        return { limit, times };
      });
      const full = states.filter(({ limit, times }) => times.length >= limit.requests);
      if (full.length === 0) for (const { times } of states) times.push(at);
      const tellers = full.length === 0 ? states : full;
      const told = tellers.toSorted((a, b) => left(a) - left(b) || freeAt(b, at) - freeAt(a, at))[0];
      if (told === undefined) return { headers: {}, retryAfterSeconds: undefined };
      return {
        headers: {
          'X-RateLimit-Limit': String(told.limit.requests),
          'X-RateLimit-Remaining': String(left(told)),
          'X-RateLimit-Reset': String(Math.ceil(freeAt(told, at) / 1000)),
        },
        retryAfterSeconds: full.length === 0 ? undefined : Math.ceil((freeAt(told, at) - at) / 1000),
      };
    },
    clear: () => takenAt.clear(),
  };
}

type Window = { limit: RateLimit; times: number[] };

function left({ limit, times }: Window): number {
  return limit.requests - times.length;
}

/** When the oldest counted request leaves the window. */
function freeAt({ limit, times }: Window, at: number): number {
  return (times[0] ?? at) + limit.seconds * 1000;
}
