import { retryCommit } from '../worker/back-off.ts';
import type { Delivery } from './deliver.ts';
import { PATIENT_TRIES, retryDelayMs } from './next-step.ts';
import { type AddInboxRequest, type ClaimedRequest, LeaseLostError, type RequestChange } from './request.ts';

/** The request to continue with, or undefined if it was released. */
export type AfterStep = Promise<ClaimedRequest | undefined>;

export type CommitDeps = {
  requests: {
    /** Commits a change under the claim's fence. Throws LeaseLostError. */
    advance(claimed: ClaimedRequest, change: RequestChange, options?: { release?: boolean }): Promise<ClaimedRequest>;
  };
  delivery: Pick<Delivery, 'refresh'>;
  /** False once another process may have claimed the request. */
  isStillOurs(claimed: ClaimedRequest): boolean;
  /** No more work is needed for the request. */
  onReported(request: AddInboxRequest): void;
  /** An outcome was committed, this many milliseconds after the submission. */
  onSettled(outcome: string, ms: number): void;
  onError(request: AddInboxRequest | undefined, error: unknown): void;
  now(): number;
  random(): number;
};

export type StepCommits = ReturnType<typeof createStepCommits>;

/** Commits the end of a step. All methods throw LeaseLostError if another process has claimed the request. */
export function createStepCommits(deps: CommitDeps) {
  const { requests, delivery, isStillOurs, now } = deps;
  return { commitUntilTaken, settle, showAndRelease, tryLater, tried, release };

  /**
   * Commits the result of a call to ColdSend or Slack. It retries for as long as the process lives, so that the result is not
   * lost.
   */
  async function commitUntilTaken(
    request: ClaimedRequest,
    change: RequestChange,
    options?: { release?: boolean },
  ): Promise<ClaimedRequest> {
    return retryCommit(
      () => requests.advance(request, change, options),
      (error) => {
        if (error instanceof LeaseLostError) throw error;
        deps.onError(request, error);
      },
    );
  }

  /**
   * Commits an outcome, or more about one. A row of a batch is reported by its batch, so its own way ends with the outcome,
   * unless more is to come.
   */
  async function settle(request: ClaimedRequest, change: RequestChange, more: 'ends' | 'more' = 'ends'): AfterStep {
    const ends = request.batch !== undefined && more === 'ends';
    const complete: RequestChange = ends ? { ...change, state: 'reported', reportedAt: now() } : change;
    const settled = await commitUntilTaken(request, complete, { release: ends });
    const { outcome } = settled;
    if (outcome !== undefined && request.outcome === undefined) {
      deps.onSettled(outcome.kind, now() - settled.acceptedAt);
    }
    if (!ends) return settled;
    deps.onReported(settled);
    return undefined;
  }

  /** The wait is committed and remains. Showing it to people is worth only one try. */
  async function showAndRelease(waiting: ClaimedRequest, change: RequestChange = {}): AfterStep {
    try {
      await delivery.refresh(waiting, () => isStillOurs(waiting));
    } catch (error) {
      if (error instanceof LeaseLostError) throw error;
      deps.onError(waiting, error);
    }
    await commitUntilTaken(waiting, change, { release: true });
    return undefined;
  }

  function tryLater(request: ClaimedRequest, retryAfterMs: number | undefined): AfterStep {
    if (request.tries >= PATIENT_TRIES) deps.onError(request, new NotTakenError());
    return release(request, tried(request, retryAfterMs));
  }

  function tried(request: ClaimedRequest, retryAfterMs: number | undefined): RequestChange {
    const waitMs = retryAfterMs ?? retryDelayMs(request.tries, deps.random());
    return { notBefore: now() + waitMs, tries: request.tries + 1 };
  }

  async function release(request: ClaimedRequest, change: RequestChange): Promise<undefined> {
    await requests.advance(request, change, { release: true });
    if (change.state === 'reported') deps.onReported({ ...request, ...change });
  }
}

/** Slack has refused a request's message for minutes. */
class NotTakenError extends Error {
  readonly code = 'not_taken';
  constructor() {
    super('a message of a request was refused');
    this.name = 'NotTakenError';
  }
}
