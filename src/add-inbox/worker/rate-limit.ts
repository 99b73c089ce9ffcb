/** At most `requests` in any `seconds`. */
export type RateLimit = { requests: number; seconds: number };

/** Batches leave 5 % of each limit to single inboxes, but at least one slot is theirs. */
export function leavingRoom(limits: readonly RateLimit[]): RateLimit[] {
  return limits.map(({ requests, seconds }) => ({ requests: Math.max(1, Math.floor(requests * 0.95)), seconds }));
}

/**
 * A slot counts from the time it is taken, but ColdSend counts from the time it receives the request. Each window is longer by
 * this margin. Otherwise a fast request after a slow one could exceed the limit.
 */
const MAX_MARGIN_MS = 1_000;
const MARGIN = 0.04;

/** How long a slot counts towards a limit, in milliseconds. */
export function windowMs(limit: RateLimit): number {
  return limit.seconds * 1000 + marginMs(limit);
}

function marginMs({ seconds }: RateLimit): number {
  return Math.min(MAX_MARGIN_MS, seconds * 1000 * MARGIN);
}

/**
 * How long after its slot was taken a request may be sent, in milliseconds. The other half of the margin is for its transmission.
 */
export function latestSendingMs(limits: readonly RateLimit[]): number {
  return Math.min(...limits.map(marginMs)) / 2;
}

/**
 * When the next slot is free.
 *
 * @param blocking for each limit, when the slot was taken that has to leave its window before another may be: the latest
 *   but `requests - 1`; undefined where there were fewer. Milliseconds since 1970
 * @returns milliseconds since 1970, `now` or later
 */
export function nextSlotAt(
  blocking: readonly (number | undefined)[],
  limits: readonly RateLimit[],
  now: number,
): number {
  const freeAt = limits.map((limit, index) => {
    const takenAt = blocking[index];
    return takenAt === undefined ? now : takenAt + windowMs(limit);
  });
  return Math.max(now, ...freeAt);
}

/**
 * The estimated time of the slot for a request with `ahead` others before it, if each slot is taken as soon as it is free.
 *
 * @param sentAt the times of the latest slots, newest first, as many as the largest limit allows
 * @returns milliseconds since 1970
 */
export function estimateSlotAt(
  sentAt: readonly number[],
  limits: readonly RateLimit[],
  now: number,
  ahead: number,
): number {
  const taken = [...sentAt].reverse();
  let at = now;
  for (let others = 0; others <= ahead; others += 1) {
    const blocking = limits.map(({ requests }) => taken.at(-requests));
    at = nextSlotAt(blocking, limits, at);
    taken.push(at);
  }
  return at;
}
