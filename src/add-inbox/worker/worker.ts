import type { AfterStep } from '../request/commit-step.ts';
import { retryDelayMs } from '../request/next-step.ts';
import { type AddInboxRequest, type ClaimedRequest, LeaseLostError, type RequestChange } from '../request/request.ts';
import { SEND_ANEW, type Slot } from '../request/send-request.ts';
import { createLeases } from './leases.ts';
import { hasShare, type Shares, sharesOf } from './shares.ts';
import { answerInTime } from './time-limit.ts';

/** How often to look for requests that are due, or that another replica left behind. */
const POLL_MS = 1_000;

/** How long stopping waits for a database that may not answer; what was not released by then is free when its lease runs out. */
const LAST_POLL_MS = 5_000;

/** A request that got the slot it waited for. */
export type ArmedWithSlot = ClaimedRequest & { slot: Slot };

export type ClaimedSlots = {
  armed: ArmedWithSlot[];
  /** The commit that arms these is in doubt. Nothing was sent, and nobody works on them. */
  perhapsArmed: ClaimedRequest[];
  /** When the next slot is free for a request that still waits, by `now`; undefined where none does. */
  nextAt: number | undefined;
  /** Why slots that may be free were not taken; undefined where all were. */
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
  /** Requests that waited for their slot and got it: armed, and to be sent now with the key that the slot is of. */
  claimQueued(limit: number, shares: Shares): Promise<ClaimedSlots>;
  /** A step of a request, and the sending of one that is armed already; `isStillOurs` is asked right before each effect. */
  createSteps(isStillOurs: (claimed: ClaimedRequest) => boolean): {
    doStep(request: ClaimedRequest): AfterStep;
    sendArmed(armed: ClaimedRequest, slot: Slot): AfterStep;
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

type Running = { claimed: ClaimedRequest; done: Promise<void> };

/** Claims requests and carries each through its steps, many at once; holds them only as long as its leases surely last. */
export function createWorker(deps: WorkerDeps): Worker {
  const { requests, monotonicNow, now } = deps;
  const leases = createLeases({ ...deps, renew: requests.renew, onError: (error) => deps.onError(undefined, error) });
  const { doStep, sendArmed } = deps.createSteps(leases.isStillOurs);
  const running = new Map<string, Running>();
  /** Requests held but not worked on, with what changes as they are released, as soon as the database takes it. */
  const toRelease = new Map<string, { claimed: ClaimedRequest; change: RequestChange }>();
  let stopping = false;
  let polling: Promise<void> | undefined;
  let pollAgain = false;
  let mayClaimFrom = 0;
  let pollTimer: NodeJS.Timeout | undefined;
  let slotTimer: NodeJS.Timeout | undefined;

  return { start, take, wake, stop };

  function start(): void {
    pollTimer = setInterval(wake, POLL_MS);
    leases.startRenewing();
    wake();
  }

  function take(claimed: ClaimedRequest, since: number): void {
    if (hasShare(claimed, atWork(), free())) begin(claimed, since, doStep);
    else releaseSoon(claimed);
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
      for (const { claimed, change } of toRelease.values()) await release(claimed, change);
      if (stopping || monotonicNow() < mayClaimFrom) return;
      // After a sleep: what nobody else has taken over is still ours, and not to be claimed from ourselves.
      if (leases.haveRunOut()) await leases.renew();
      while (await claimDue()) {
        // As long as there is more that is due, and room for it.
      }
      while (await claimQueued()) {
        // The same for those that are queued.
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

  async function claimQueued(): Promise<boolean> {
    if (stopping || free() <= 0) return false;
    const claimedAt = monotonicNow();
    const { armed, perhapsArmed, nextAt, failure } = await deps.claimQueued(atOnce(), sharesOf(free()));
    for (const { slot, ...each } of armed) begin(each, claimedAt, (request) => sendArmed(request, slot), SEND_ANEW);
    for (const each of perhapsArmed) releaseSoon(each, SEND_ANEW);
    if (failure !== undefined) throw failure;
    clearTimeout(slotTimer);
    if (nextAt !== undefined) slotTimer = setTimeout(wake, Math.min(Math.max(nextAt - now(), 10), POLL_MS));
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
      releaseSoon(claimed, unbegun);
      return;
    }
    const entry: Running = { claimed, done: Promise.resolve() };
    running.set(claimed.id, entry);
    leases.hold(claimed, claimedAt);
    entry.done = run(entry, firstStep).finally(() => {
      const mayHoldUp = !hasShare(claimed, atWork(), free()) || toRelease.size > 0;
      leases.drop(claimed);
      // It may have been claimed again since.
      if (running.get(claimed.id) === entry) running.delete(claimed.id);
      if (mayHoldUp) wake();
    });
  }

  function releaseSoon(claimed: ClaimedRequest, change: RequestChange = {}): void {
    toRelease.set(claimed.id, { claimed, change });
    wake();
  }

  async function run(entry: Running, firstStep: (request: ClaimedRequest) => AfterStep): Promise<void> {
    try {
      let next = await firstStep(entry.claimed);
      while (next !== undefined) {
        entry.claimed = next;
        // ColdSend's answer is still reported; everything else can wait for the next start.
        next = stopping && next.state !== 'settled' ? await release(next, {}) : await doStep(next);
      }
    } catch (error) {
      if (error instanceof LeaseLostError) return;
      const { claimed } = entry;
      deps.onError(claimed, error);
      toRelease.set(claimed.id, {
        claimed,
        change: { notBefore: now() + retryDelayMs(claimed.tries, deps.random()) },
      });
    }
  }

  async function release(claimed: ClaimedRequest, change: RequestChange): Promise<undefined> {
    try {
      await requests.advance(claimed, change, { release: true });
    } catch (error) {
      if (!(error instanceof LeaseLostError)) throw error;
    }
    if (toRelease.get(claimed.id)?.claimed === claimed) toRelease.delete(claimed.id);
  }

  async function stop(graceMs: number): Promise<void> {
    stopping = true;
    clearInterval(pollTimer);
    clearTimeout(slotTimer);
    const sent = Promise.all([...running.values()].map(({ done }) => done));
    await answerInTime(sent, graceMs, () => undefined);
    leases.stopRenewing();
    wake();
    await answerInTime(released(), LAST_POLL_MS, () => undefined);
  }

  async function released(): Promise<void> {
    while (polling !== undefined) await polling;
  }
}
