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
    slept += Math.max(0, ahead - aheadBy);
    aheadBy = ahead;
    return monotonic + slept;
  };
}
