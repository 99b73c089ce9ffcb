import type { AfterStep } from '../request/commit-step.ts';
import { retryDelayMs } from '../request/next-step.ts';
import { type AddInboxRequest, type ClaimedRequest, LeaseLostError, type RequestChange } from '../request/request.ts';
import { SEND_ANEW, type Slot } from '../request/send-request.ts';
import { createLeases } from './leases.ts';
import { createOneRun } from './one-run.ts';
import { hasShare, type Shares, sharesOf } from './shares.ts';
import { answerInTime } from './time-limit.ts';

/** How often to look for requests that are due or that another replica left behind. */
const POLL_MS = 1_000;

/** How long stopping waits for a slow database. Requests that were not released by then become free when their leases expire. */
const LAST_POLL_MS = 5_000;

/** A queued request that got its slot. */
type ArmedWithSlot = ClaimedRequest & { slot: Slot };

export type ClaimedSlots = {
  armed: ArmedWithSlot[];
  /** The commit that arms these requests is in doubt. They were not sent, and no process works on them. */
  perhapsArmed: ClaimedRequest[];
  /** The time of the next free slot for a request that is still queued, by `now`; undefined if none is queued. */
  nextAt: number | undefined;
  /** The error that kept free slots from being taken; undefined if there was none. */
  failure: unknown;
};

export type WorkerDeps = {
  requests: {
    /** Due requests within these shares, in addition to those that this process holds. */
    claimDue(limit: number, shares: Shares): Promise<ClaimedRequest[]>;
    /** Extends the leases. Returns the ids of the requests that are still held here. */
    renew(claimed: ClaimedRequest[]): Promise<string[]>;
    advance(claimed: ClaimedRequest, change: RequestChange, options?: { release?: boolean }): Promise<ClaimedRequest>;
  };
  /** Queued requests that got their slot. They are armed, and have to be sent now with the key of the slot. */
  claimQueued(limit: number, shares: Shares): Promise<ClaimedSlots>;
  /** Does one step of a request, or sends one that is already armed. `isStillOurs` is called right before each effect. */
  createSteps(isStillOurs: (claimed: ClaimedRequest) => boolean): {
    doStep(request: ClaimedRequest): AfterStep;
    sendArmed(armed: ClaimedRequest, slot: Slot): AfterStep;
  };
  onError(request: AddInboxRequest | undefined, error: unknown): void;
  now(): number;
  /** Milliseconds of a clock that is never set back and does not stop while the machine sleeps. */
  monotonicNow(): number;
  random(): number;
  maxAtOnce: number;
  /** How long a claim holds without being renewed; Infinity if no other process can claim. */
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
  /** Claims nothing more. Resolves when no request is being worked on, after `graceMs` at the latest. */
  stop(graceMs: number): Promise<void>;
};

type Running = { claimed: ClaimedRequest; done: Promise<void> };

/**
 * Claims requests and takes each through its steps, many at once. It acts on a request only while its lease is certainly valid.
 */
export function createWorker(deps: WorkerDeps): Worker {
  const { requests, monotonicNow, now } = deps;
  const leases = createLeases<ClaimedRequest>({
    ...deps,
    renew: requests.renew,
    onError: (error) => deps.onError(undefined, error),
  });
  const { doStep, sendArmed } = deps.createSteps(leases.isStillOurs);
  const running = new Map<string, Running>();
  const polling = createOneRun(poll);
  const wake = polling.start;
  /**
   * Requests that are held but not worked on, with the change to commit on release. They are released once the database accepts
   * it.
   */
  const toRelease = new Map<string, { claimed: ClaimedRequest; change: RequestChange }>();
  let stopping = false;
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

  async function poll(): Promise<void> {
    try {
      for (const { claimed, change } of toRelease.values()) await release(claimed, change);
      if (stopping || monotonicNow() < mayClaimFrom) return;
      // After a sleep, requests that no other replica has claimed are still ours. This process must not claim them again.
      if (leases.haveRunOut()) await leases.renew();
      while (await claimDue()) {
        // As long as more requests are due and there is room for them.
      }
      while (await claimQueued()) {
        // The same for queued requests.
      }
    } catch (error) {
      deps.onError(undefined, error);
      // Nobody could renew while the database was unavailable. Replicas that are alive get time to renew before we claim their
      // requests.
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

  /** A quarter of the free places. The shares shrink with the free places, so a claim of all places would leave none. */
  function atOnce(): number {
    return Math.ceil(free() / 4);
  }

  /**
   * @param claimedAt by the monotonic clock, before the claim was made
   * @param unbegun the change to commit if the work can't start anymore
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
        // ColdSend's answer is still reported. Everything else can wait for the next start.
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
    await answerInTime(polling.ended(), LAST_POLL_MS, () => undefined);
  }
}
