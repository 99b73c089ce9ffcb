import { dropOldest } from '../../operations/drop-oldest.ts';

/** Enough for all who use the page at once. The memory for it is a few megabytes at most. */
const MAX_KEPT = 10_000;

/**
 * Allows `most` attempts in each window, for each key. Past 10,000 keys, the oldest is forgotten.
 *
 * @param now milliseconds of a clock that is never set back
 */
export function createAttemptLimit(most: number, windowMs: number, now: () => number): (key: string) => boolean {
  const windows = new Map<string, { endsAt: number; left: number }>();
  return (key) => {
    const known = windows.get(key);
    const window = known !== undefined && now() < known.endsAt ? known : { endsAt: now() + windowMs, left: most };
    if (window !== known) {
      windows.delete(key);
      windows.set(key, window);
      dropOldest(windows, MAX_KEPT);
    }
    window.left -= 1;
    return window.left >= 0;
  };
}
