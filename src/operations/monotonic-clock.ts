/**
 * Differences below this are jitter between the time of day and the system's clock. Slow drift counts once it adds up to more.
 */
const SLEPT_AT_LEAST_MS = 50;

/**
 * A clock that is never set back, in milliseconds since an arbitrary moment. The system's own clock (CLOCK_MONOTONIC) stops while
 * the machine sleeps, but leases don't. So if the time of day gets ahead of it, that time counts as passed. Setting the time of
 * day forward then ends a measured period early, which is the safe direction for a lease.
 */
export function createMonotonicClock(clocks: { monotonicNow(): number; now(): number }): () => number {
  let aheadBy = clocks.now() - clocks.monotonicNow();
  let slept = 0;
  return () => {
    const monotonic = clocks.monotonicNow();
    const ahead = clocks.now() - monotonic;
    const lead = ahead - aheadBy;
    if (lead >= SLEPT_AT_LEAST_MS) slept += lead;
    if (lead >= SLEPT_AT_LEAST_MS || lead < 0) aheadBy = ahead;
    return monotonic + slept;
  };
}
