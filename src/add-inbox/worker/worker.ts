import { type AfterStep, SEND_ANEW, type TakenTurn } from '../request/do-step.ts';
import { retryDelayMs } from '../request/next-step.ts';
import { type AddInboxRequest, type ClaimedRequest, LeaseLostError, type RequestChange } from '../request/request.ts';
import { hasShare, type Shares, sharesOf } from './shares.ts';

/** How often to look for requests that are due, or that another replica left behind. */
const POLL_MS = 1_000;

/** How long stopping waits for a database that may not answer; what was not given back by then is free when its lease runs out. */
const LAST_POLL_MS = 5_000;

/** What of a lease is not used, for the time between the database's clock and our noticing. */
const LEASE_MARGIN_MS = 500;

/** A request that got the turn it waited for. */
export type ArmedInTurn = ClaimedRequest & { turn: TakenTurn };

export type ClaimedTurns = {
  armed: ArmedInTurn[];
  /** The commit that arms these is in doubt. Nothing was sent, and nobody works on them. */
  perhapsArmed: ClaimedRequest[];
  /** When the next turn is free for a request that still waits, by `now`; undefined where none does. */
  nextAt: number | undefined;
  /** Why turns that may be free were not taken; undefined where all were. */
  failure: unknown;
};

export type WorkerDeps = {
  requests: {
    /** Due requests within these shares, beside those that this process holds. */
    claimDue(limit: number, shares: Shares): Promise<ClaimedRequest[]>;
    /** Holds the requests for another lease; returns the ids of those that are still held here. */
    renew(claimed: ClaimedRequest[]): Promise<string[]>;
    advance(claimed: ClaimedRequest, change: RequestChange, options?: { release?: boolean }): Promise<ClaimedRequest>;
  };
  /** Requests that waited for their turn and got it: armed, and to be sent now with the key that the turn is of. */
  claimTurns(limit: number, shares: Shares): Promise<ClaimedTurns>;
  /** A step of a request, and the sending of one that is armed already; `isHeld` is asked right before each effect. */
  createSteps(isHeld: (claimed: ClaimedRequest) => boolean): {
    doStep(request: ClaimedRequest): AfterStep;
    sendArmed(armed: ClaimedRequest, turn: TakenTurn): AfterStep;
  };
  onError(request: AddInboxRequest | undefined, error: unknown): void;
  now(): number;
  /** Milliseconds of a clock that is never set back, and does not stand still while the machine sleeps. */
  monotonicNow(): number;
  random(): number;
  maxAtOnce: number;
  /** How long a claim holds without being renewed; Infinity where nobody else can claim. */
  leaseMs: number;
};

export type Worker = {
  start(): void;
  /**
   * Works on a request that this process has just accepted and already holds.
   *
   * @param since by `monotonicNow`, before it was accepted
   */
  take(claimed: ClaimedRequest, since: number): void;
  /** Looks for due requests at once. */
  wake(): void;
  /** Claims nothing more and resolves when no request is being worked on, at the latest after `graceMs`. */
  stop(graceMs: number): Promise<void>;
};

type Running = { claimed: ClaimedRequest; heldUntil: number; done: Promise<void> };

/** Claims requests and carries each through its steps, many at once; holds them only as long as its leases surely last. */
export function createWorker(deps: WorkerDeps): Worker {
  const { requests, monotonicNow, now } = deps;
  const { doStep, sendArmed } = deps.createSteps(isHeld);
  const renewEveryMs = Math.min(deps.leaseMs / 4, POLL_MS);
  const running = new Map<string, Running>();
  /** Requests held but not worked on, with what changes as they are given back, as soon as the database takes it. */
  const toGiveBack = new Map<string, { claimed: ClaimedRequest; change: RequestChange }>();
  let stopping = false;
  let polling: Promise<void> | undefined;
  let pollAgain = false;
  let mayClaimFrom = 0;
  let pollTimer: NodeJS.Timeout | undefined;
  let renewTimer: NodeJS.Timeout | undefined;
  let turnTimer: NodeJS.Timeout | undefined;

  return { start, take, wake, stop };

  function start(): void {
    pollTimer = setInterval(wake, POLL_MS);
    renewTimer = setInterval(() => {
      renewLeases().catch((error: unknown) => deps.onError(undefined, error));
    }, renewEveryMs);
    wake();
  }

  function take(claimed: ClaimedRequest, since: number): void {
    if (hasShare(claimed, atWork(), free())) begin(claimed, since, doStep);
    else giveBackSoon(claimed);
  }

  function free(): number {
    return deps.maxAtOnce - running.size;
  }

  function atWork(): ClaimedRequest[] {
    return [...running.values()].map(({ claimed }) => claimed);
  }

  function wake(): void {
    if (polling !== undefined) pollAgain = true;
    polling ??= poll().finally(() => {
      polling = undefined;
      const again = pollAgain;
      pollAgain = false;
      if (again) wake();
    });
  }

  async function poll(): Promise<void> {
    try {
      for (const { claimed, change } of toGiveBack.values()) await giveBack(claimed, change);
      if (stopping || monotonicNow() < mayClaimFrom) return;
      // After a sleep: what nobody else has taken over is still ours, and not to be claimed from ourselves.
      if ([...running.values()].some(({ heldUntil }) => monotonicNow() >= heldUntil)) await renewLeases();
      while (await claimDue()) {
        // As long as there is more that is due, and room for it.
      }
      while (await claimTurns()) {
        // The same for those that stand in line.
      }
    } catch (error) {
      deps.onError(undefined, error);
      // While the database was away nobody could renew: who is alive gets the time to do so before we take anything over.
      mayClaimFrom = monotonicNow() + 2 * POLL_MS;
    }
  }

  async function claimDue(): Promise<boolean> {
    if (stopping || free() <= 0) return false;
    const claimedAt = monotonicNow();
    const limit = atOnce();
    const claimed = await requests.claimDue(limit, sharesOf(free()));
    for (const each of claimed) begin(each, claimedAt, doStep);
    return claimed.length === limit;
  }

  async function claimTurns(): Promise<boolean> {
    if (stopping || free() <= 0) return false;
    const claimedAt = monotonicNow();
    const { armed, perhapsArmed, nextAt, failure } = await deps.claimTurns(atOnce(), sharesOf(free()));
    for (const { turn, ...each } of armed) begin(each, claimedAt, (request) => sendArmed(request, turn), SEND_ANEW);
    for (const each of perhapsArmed) giveBackSoon(each, SEND_ANEW);
    if (failure !== undefined) throw failure;
    clearTimeout(turnTimer);
    if (nextAt !== undefined) turnTimer = setTimeout(wake, Math.min(Math.max(nextAt - now(), 10), POLL_MS));
    return armed.length > 0;
  }

  /** A quarter of the free places: the shares shrink with them, so a claim of all would leave none free. */
  function atOnce(): number {
    return Math.ceil(free() / 4);
  }

  /**
   * @param claimedAt by the monotonic clock, before the claim was made
   * @param unbegun what changes where it can't begin any more
   */
  function begin(
    claimed: ClaimedRequest,
    claimedAt: number,
    firstStep: (request: ClaimedRequest) => AfterStep,
    unbegun: RequestChange = {},
  ): void {
    if (stopping || free() <= 0) {
      giveBackSoon(claimed, unbegun);
      return;
    }
    const entry: Running = { claimed, heldUntil: leaseFrom(claimedAt), done: Promise.resolve() };
    running.set(claimed.id, entry);
    entry.done = run(entry, firstStep).finally(() => {
      const mayHoldUp = !hasShare(claimed, atWork(), free()) || toGiveBack.size > 0;
      // It may have been claimed again since.
      if (running.get(claimed.id) === entry) running.delete(claimed.id);
      if (mayHoldUp) wake();
    });
  }

  function giveBackSoon(claimed: ClaimedRequest, change: RequestChange = {}): void {
    toGiveBack.set(claimed.id, { claimed, change });
    wake();
  }

  async function run(entry: Running, firstStep: (request: ClaimedRequest) => AfterStep): Promise<void> {
    try {
      let next = await firstStep(entry.claimed);
      while (next !== undefined) {
        entry.claimed = next;
        // What ColdSend has answered is still told; everything else can wait for the next start.
        next = stopping && next.state !== 'settled' ? await giveBack(next, {}) : await doStep(next);
      }
    } catch (error) {
      if (error instanceof LeaseLostError) return;
      const { claimed } = entry;
      deps.onError(claimed, error);
      toGiveBack.set(claimed.id, {
        claimed,
        change: { notBefore: now() + retryDelayMs(claimed.tries, deps.random()) },
      });
    }
  }

  async function giveBack(claimed: ClaimedRequest, change: RequestChange): Promise<undefined> {
    try {
      await requests.advance(claimed, change, { release: true });
    } catch (error) {
      if (!(error instanceof LeaseLostError)) throw error;
    }
    if (toGiveBack.get(claimed.id)?.claimed === claimed) toGiveBack.delete(claimed.id);
  }

  function isHeld({ id, fence }: ClaimedRequest): boolean {
    const entry = running.get(id);
    return entry !== undefined && entry.claimed.fence === fence && monotonicNow() < entry.heldUntil;
  }

  async function renewLeases(): Promise<void> {
    if (running.size === 0 || deps.leaseMs === Number.POSITIVE_INFINITY) return;
    const entries = [...running.values()];
    const renewedAt = monotonicNow();
    const held = new Set(await requests.renew(entries.map(({ claimed }) => claimed)));
    for (const entry of entries) if (held.has(entry.claimed.id)) entry.heldUntil = leaseFrom(renewedAt);
  }

  function leaseFrom(claimedAt: number): number {
    return claimedAt + deps.leaseMs - LEASE_MARGIN_MS;
  }

  async function stop(graceMs: number): Promise<void> {
    stopping = true;
    clearInterval(pollTimer);
    clearTimeout(turnTimer);
    await atMost(graceMs, Promise.all([...running.values()].map(({ done }) => done)));
    clearInterval(renewTimer);
    wake();
    await atMost(LAST_POLL_MS, givenBack());
  }

  async function givenBack(): Promise<void> {
    while (polling !== undefined) await polling;
  }
}

/** Waits for the work, but no longer than that. */
async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}
