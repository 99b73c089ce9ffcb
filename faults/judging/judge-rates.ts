export type RateLimit = { requests: number; seconds: number };

export type Sent = { at: number; teamId: string };

/**
 * Whether a backlog was sent within its limits, as fast as they allow, and fairly. Pure; returns the violations and the share of
 * the limits that was used: the time that the limits ask for, of the time that it took.
 *
 * @param sent what ColdSend received, in order; all of it was waiting at the first one's time
 */
export function judgeRates(
  sent: readonly Sent[],
  limits: readonly RateLimit[],
): { violations: string[]; used: number } {
  const violations: string[] = [];
  for (const { requests, seconds } of limits) {
    const most = Math.max(0, ...sent.map((_, end) => countWithin(sent, end, seconds * 1000)));
    if (most > requests) violations.push(`${most} requests in ${seconds} s, where ${requests} are allowed`);
  }
  const took = (sent.at(-1)?.at ?? 0) - (sent[0]?.at ?? 0);
  const shortest = fastest(sent.length, limits);
  const used = shortest === 0 || took <= 0 ? 1 : shortest / took;
  if (used < 0.95) violations.push(`only ${Math.round(used * 100)} % of the limits were used`);
  violations.push(...findStarved(sent, limits));
  return { violations, used };
}

/** The requests in the window that ends with the `end`-th one. */
function countWithin(sent: readonly Sent[], end: number, ms: number): number {
  const last = sent[end]?.at ?? 0;
  return sent.slice(0, end + 1).filter(({ at }) => at > last - ms).length;
}

/** Milliseconds from the first to the last of `count` requests that never wait longer than they must. */
function fastest(count: number, limits: readonly RateLimit[]): number {
  const at: number[] = [];
  while (at.length < count) {
    const free = limits.map(({ requests, seconds }) => {
      const blocking = at.at(-requests);
      return at.length < requests || blocking === undefined ? 0 : blocking + seconds * 1000;
    });
    at.push(Math.max(at.at(-1) ?? 0, ...free));
  }
  return at.at(-1) ?? 0;
}

/**
 * From when requests are queued: as long as all of them wait, no workspace is more than a few slots behind another. What the limits
 * allow at once is sent as it comes.
 */
function findStarved(sent: readonly Sent[], limits: readonly RateLimit[]): string[] {
  const queued = sent.slice(Math.min(...limits.map(({ requests }) => requests)));
  const left = new Map<string, number>();
  for (const { teamId } of queued) left.set(teamId, (left.get(teamId) ?? 0) + 1);
  const served = new Map([...left.keys()].map((teamId) => [teamId, 0]));
  for (const [index, { teamId }] of queued.entries()) {
    served.set(teamId, (served.get(teamId) ?? 0) + 1);
    left.set(teamId, (left.get(teamId) ?? 0) - 1);
    const counts = [...served.values()];
    if (Math.max(...counts) - Math.min(...counts) > left.size) {
      return [`after ${index + 1} queued requests the workspaces had ${counts.join(', ')} slots`];
    }
    if ([...left.values()].some((count) => count === 0)) return [];
  }
  return [];
}
