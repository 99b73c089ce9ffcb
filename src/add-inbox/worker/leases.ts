/** A request or a batch that this process has claimed. */
type Claimed = { id: string; fence: number };

/** The maximum time between renewals of the leases. */
const RENEW_MS = 1_000;

/** The end of a lease is not used, as a margin for the delay between the database's clock and ours. */
const MARGIN_MS = 500;

type LeasesDeps<Claim> = {
  /** Extends the leases. Returns the ids of those that are still held here. */
  renew(claimed: Claim[]): Promise<string[]>;
  /** How long a claim holds without being renewed; Infinity if no other process can claim. */
  leaseMs: number;
  /** Milliseconds of a clock that is never set back and does not stop while the machine sleeps. */
  monotonicNow(): number;
  onError(error: unknown): void;
};

/**
 * Tracks how long this process may act for each request or batch that it works on. Code that sends or posts calls `isStillOurs` right
 * before the first byte, because another replica may claim it once the lease has expired.
 */
export function createLeases<Claim extends Claimed>({
  renew: renewAll,
  leaseMs,
  monotonicNow,
  onError,
}: LeasesDeps<Claim>) {
  const leases = new Map<string, { claimed: Claim; until: number }>();
  let timer: NodeJS.Timeout | undefined;

  return {
    /** @param claimedAt by the monotonic clock, before the claim was made */
    hold(claimed: Claim, claimedAt: number): void {
      leases.set(claimed.id, { claimed, until: leaseFrom(claimedAt) });
    },

    /** Does not drop a later claim of the same. */
    drop({ id, fence }: Claim): void {
      if (leases.get(id)?.claimed.fence === fence) leases.delete(id);
    },

    isStillOurs({ id, fence }: Claim): boolean {
      const lease = leases.get(id);
      return lease !== undefined && lease.claimed.fence === fence && monotonicNow() < lease.until;
    },

    haveRunOut(): boolean {
      return [...leases.values()].some(({ until }) => monotonicNow() >= until);
    },

    renew,

    startRenewing(): void {
      timer = setInterval(() => void renew().catch(onError), Math.min(leaseMs / 4, RENEW_MS));
    },

    stopRenewing(): void {
      clearInterval(timer);
    },
  };

  async function renew(): Promise<void> {
    if (leases.size === 0 || leaseMs === Number.POSITIVE_INFINITY) return;
    const renewed = [...leases.values()];
    const renewedAt = monotonicNow();
    const held = new Set(await renewAll(renewed.map(({ claimed }) => claimed)));
    for (const lease of renewed) if (held.has(lease.claimed.id)) lease.until = leaseFrom(renewedAt);
  }

  function leaseFrom(claimedAt: number): number {
    return claimedAt + leaseMs - MARGIN_MS;
  }
}
