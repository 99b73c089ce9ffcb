/** By less than this the time of day jitters against the system's clock. Where it drifts, what adds up counts too. */
const SLEPT_AT_LEAST_MS = 50;

/**
 * A clock that is never set back, in milliseconds since any moment. The system's own (CLOCK_MONOTONIC) stands still while the
 * machine sleeps, and leases do not; so where the time of day has got ahead of it, that counts as having passed. Setting the
 * time of day on then ends what is measured by this clock early, which for a lease is the safe side.
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
