import type { RateLimit, RateLimits } from '../api.ts';

/** One message a second in a channel, with short bursts; a generous tier for the rest. */
const DEFAULT_LIMITS: RateLimits = {
  postMessage: { burst: 5, perSecond: 1 },
  method: { burst: 200, perSecond: 20 },
  methods: {},
};

export type RateLimiter = {
  /** Takes one from the bucket; the seconds to wait where it is empty. */
  take(method: string, teamId: string, channelId: string | undefined): number | undefined;
};

export function createRateLimiter({ now, limits }: { now: () => number; limits: Partial<RateLimits> }): RateLimiter {
  const buckets = new Map<string, { left: number; at: number }>();
  const { postMessage, method: other, methods } = { ...DEFAULT_LIMITS, ...limits };

  function takeFrom(key: string, { burst, perSecond }: RateLimit): number | undefined {
    const bucket = buckets.get(key) ?? { left: burst, at: now() };
    const refilled = bucket.left + Math.max(0, ((now() - bucket.at) / 1000) * perSecond);
    bucket.left = Math.min(burst, refilled);
    bucket.at = now();
    buckets.set(key, bucket);
    if (bucket.left < 1) return Math.max(1, Math.ceil((1 - bucket.left) / perSecond));
    bucket.left -= 1;
    return undefined;
  }

  return {
    take(method, teamId, channelId) {
      if (method === 'chat.postMessage') return takeFrom(`${teamId} ${channelId ?? ''}`, postMessage);
      return takeFrom(`${teamId} ${method}`, methods[method] ?? other);
    },
  };
}
