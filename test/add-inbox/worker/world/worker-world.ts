import type { TestContext } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ClaimedRequest, LeaseLostError, type RequestChange } from '../../../../src/add-inbox/request/request.ts';
import {
  type ClaimedSlots,
  createWorker,
  type Worker,
  type WorkerDeps,
} from '../../../../src/add-inbox/worker/worker.ts';
import { sampleRequest } from '../../request/sample-request.ts';

/** A first step under way, which the test ends: with what to go on with, nothing, or an error. */
export type Held = PromiseWithResolvers<ClaimedRequest | undefined> & {
  claimed: ClaimedRequest;
  isStillOurs(): boolean;
};

export type WorkerWorld = {
  worker: Worker;
  /** What the steps were asked for, the store was told and the worker reported, in order. */
  calls: string[];
  errors: unknown[];
  /** The steps under way, by the request's id. */
  steps: Map<string, Held>;
  /** Sets the clock that is never set back. */
  setTime(ms: number): void;
  /** Lets whatever can go on do so. */
  settle(): Promise<void>;
  isStillOurs(claimed: ClaimedRequest): boolean;
};

/** A request by its number, of a person of its own, announced and held with fence 1. */
export function requestOf(number: number, change: Partial<ClaimedRequest> = {}): ClaimedRequest {
  return { ...sampleRequest({ id: `R${number}`, userId: `U${number}`, state: 'announced' }), fence: 1, ...change };
}

type StoreDeps = Partial<WorkerDeps['requests']> & {
  claimQueued?: (limit: number) => Promise<Partial<ClaimedSlots>>;
};

/** A worker whose timers, clock, store and steps are the test's. Its `now` is 1,000 and its `random` 0.5. */
export function createWorld(
  t: TestContext,
  deps: Partial<Omit<WorkerDeps, 'requests' | 'claimQueued'>> & StoreDeps = {},
): WorkerWorld {
  t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
  const calls: string[] = [];
  const errors: unknown[] = [];
  const steps = new Map<string, Held>();
  let time = 0;
  let isStillOurs: (claimed: ClaimedRequest) => boolean = () => false;
  const hold = (what: string, claimed: ClaimedRequest) => {
    calls.push(`${what} ${claimed.id}`);
    const held = {
      ...Promise.withResolvers<ClaimedRequest | undefined>(),
      claimed,
      isStillOurs: () => isStillOurs(claimed),
    };
    steps.set(claimed.id, held);
    return held.promise;
  };
  const { claimDue, claimQueued, renew, advance, ...others } = deps;
  const worker = createWorker({
    requests: {
      claimDue: async (limit, shares) => {
        calls.push(`claim ${limit}`);
        return (await claimDue?.(limit, shares)) ?? [];
      },
      renew: async (claimed) => {
        calls.push(`renew ${claimed.map(({ id }) => id)}`);
        return (await renew?.(claimed)) ?? [];
      },
      advance: async (claimed, change: RequestChange, options) => {
        calls.push(`${options?.release === true ? 'release' : 'commit'} ${claimed.id} ${JSON.stringify(change)}`);
        return (await advance?.(claimed, change, options)) ?? { ...claimed, ...change };
      },
    },
    claimQueued: async (limit) => {
      const none = { armed: [], perhapsArmed: [], nextAt: undefined, failure: undefined };
      return { ...none, ...(await claimQueued?.(limit)) };
    },
    createSteps: (asked) => {
      isStillOurs = asked;
      return {
        doStep: (request) => hold('step', request),
        sendArmed: (armed, slot) => hold(`send with ${slot.keyFingerprint}`, armed),
      };
    },
    onError: (request, error) => {
      calls.push(`error ${request?.id ?? ''}`.trim());
      errors.push(error);
    },
    now: () => 1_000,
    monotonicNow: () => time,
    random: () => 0.5,
    maxAtOnce: 3,
    leaseMs: 4_000,
    ...others,
  });
  return {
    worker,
    calls,
    errors,
    steps,
    setTime: (ms) => {
      time = ms;
    },
    settle: async () => {
      for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    },
    isStillOurs: (claimed) => isStillOurs(claimed),
  };
}

/** The step that this request is in. Throws where it is in none. */
export function stepOf({ steps }: WorkerWorld, id: string): Held {
  const held = steps.get(id);
  if (held === undefined) throw new Error(`${id} is not being worked on`);
  return held;
}

export function lost(id: string): LeaseLostError {
  return new LeaseLostError(id);
}
