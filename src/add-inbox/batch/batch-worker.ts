import { retryDelayMs } from '../request/next-step.ts';
import { LeaseLostError } from '../request/request.ts';
import { createLeases } from '../worker/leases.ts';
import { createOneRun } from '../worker/one-run.ts';
import { answerInTime } from '../worker/time-limit.ts';
import type { Batch, ClaimedBatch } from './batch.ts';
import type { AfterBatchStep, BatchStepDeps } from './do-batch-step.ts';

/** How often to look for batches that are due or that another replica left behind. */
const POLL_MS = 1_000;

/** More than a few cards at once would only run into Slack's limits. */
const MAX_AT_ONCE = 10;

type BatchWorkerDeps = {
  batches: Pick<BatchStepDeps['batches'], 'release'> & {
    claimDue(limit: number): Promise<ClaimedBatch[]>;
    /** Extends the leases. Returns the ids of the batches that are still held here. */
    renew(claimed: ClaimedBatch[]): Promise<string[]>;
  };
  createStep(isStillOurs: (claimed: ClaimedBatch) => boolean): (batch: ClaimedBatch) => AfterBatchStep;
  onError(batch: Batch | undefined, error: unknown): void;
  now(): number;
  /** As for requests. */
  monotonicNow(): number;
  random(): number;
  leaseMs: number;
};

export type BatchWorker = {
  start(): void;
  /** Looks for due batches at once. */
  wake(): void;
  /** Claims nothing more. Resolves when no batch is being worked on, after `graceMs` at the latest. */
  stop(graceMs: number): Promise<void>;
};

/** Takes batches through their steps: their start, card and end. Their rows are requests, which the worker of requests sends. */
export function createBatchWorker(deps: BatchWorkerDeps): BatchWorker {
  const { batches, monotonicNow, now } = deps;
  const leases = createLeases<ClaimedBatch>({
    ...deps,
    renew: batches.renew,
    onError: (error) => deps.onError(undefined, error),
  });
  const doStep = deps.createStep(leases.isStillOurs);
  const running = new Map<string, Promise<void>>();
  const polling = createOneRun(poll);
  const wake = polling.start;
  let timer: NodeJS.Timeout | undefined;
  let stopping = false;

  return {
    start() {
      timer = setInterval(wake, POLL_MS);
      leases.startRenewing();
      wake();
    },
    wake,
    async stop(graceMs) {
      stopping = true;
      clearInterval(timer);
      await answerInTime(ended(), graceMs, () => undefined);
      leases.stopRenewing();
    },
  };

  async function poll(): Promise<void> {
    const free = MAX_AT_ONCE - running.size;
    if (stopping || free <= 0) return;
    try {
      const claimedAt = monotonicNow();
      for (const batch of await batches.claimDue(free)) {
        leases.hold(batch, claimedAt);
        const done = run(batch).finally(() => {
          leases.drop(batch);
          // It may have been claimed again since.
          if (running.get(batch.id) === done) running.delete(batch.id);
        });
        running.set(batch.id, done);
      }
    } catch (error) {
      deps.onError(undefined, error);
    }
  }

  /** A batch that is claimed while it is stopping is released at once. */
  async function ended(): Promise<void> {
    await polling.ended();
    await Promise.all(running.values());
  }

  async function run(batch: ClaimedBatch): Promise<void> {
    let current = batch;
    try {
      for (let next: ClaimedBatch | undefined = batch; next !== undefined; next = await doStep(current)) {
        current = next;
        if (stopping) break;
      }
      if (stopping) await batches.release(current, now());
    } catch (error) {
      // It may still be held here: a person has stopped it, or we could not renew in time. Then it goes on at once.
      const isLost = error instanceof LeaseLostError;
      if (!isLost) deps.onError(current, error);
      const waitMs = isLost ? 0 : retryDelayMs(current.tries, deps.random());
      await batches
        .release(current, now() + waitMs, current.tries + (isLost ? 0 : 1))
        .catch((late: unknown) => deps.onError(current, late));
    }
  }
}
