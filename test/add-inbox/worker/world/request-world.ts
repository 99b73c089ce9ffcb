import assert from 'node:assert/strict';
import type { ColdsendKey } from '../../../../src/add-inbox/keys/coldsend-key.ts';
import type { Delivery } from '../../../../src/add-inbox/request/deliver.ts';
import { createDoStep, type StepDeps } from '../../../../src/add-inbox/request/do-step.ts';
import type { SendResult } from '../../../../src/add-inbox/request/outcome.ts';
import {
  type AddInboxRequest,
  type ClaimedRequest,
  LeaseLostError,
  type RequestChange,
} from '../../../../src/add-inbox/request/request.ts';
import type { PermissionToAdd, Slot } from '../../../../src/add-inbox/request/send-request.ts';
import type { Shares } from '../../../../src/add-inbox/worker/shares.ts';
import { type ClaimedSlots, createWorker, type WorkerDeps } from '../../../../src/add-inbox/worker/worker.ts';
import { SAMPLE_ACCOUNT, sampleRequest } from '../../request/sample-request.ts';

export const ADDED = {
  kind: 'added',
  account: {
    inbox_id: '7f1c',
    email_address: 'jane@acme.com',
    display_name: 'Jane Doe',
    inbox_type: 'GOOGLE_WORKSPACE',
    daily_limit: 100,
    overall_status: 'ACTIVE',
  },
} as const satisfies SendResult;

export const KEY: ColdsendKey = {
  teamId: 'T1',
  version: 3,
  revision: 'r3',
  lastFour: 'abcd',
  storedBy: 'U9',
  storedAt: 0,
  status: 'works',
  missingScopes: [],
  checkedAt: 0,
};

export const NO_SLOTS: ClaimedSlots = { armed: [], perhapsArmed: [], nextAt: undefined, failure: undefined };

export const SLOT: Slot = { keyFingerprint: 'f', takenAt: 1_000, countsFrom: 1_000 };

export const ANNOUNCEMENT = { channelId: 'C1', ts: '1.1', surface: 'channel' } as const;

/** One request in memory, and everything that happened to it in order. */
export function setUp(options: {
  request?: Partial<ClaimedRequest>;
  key?: ColdsendKey;
  answers?: SendResult[];
  answer?: () => Promise<SendResult>;
  delivery?: Partial<Delivery>;
  refuse?: (change: RequestChange, calls: string[]) => Error | undefined;
  /** The clock that is never set, by call. */
  monotonicNow?: () => number;
  leaseMs?: number;
  /** Nobody gets a slot at once. */
  inLine?: boolean;
  onSlot?: () => void;
  /** Thrown once the slot is taken. */
  turnFails?: Error;
  passwordsFail?: Error;
  /** Thrown by ColdSend's client before it may send. */
  failsBefore?: Error;
  blockFails?: Error;
  /** Happens between the commit that gives a request back and the worker hearing of it. */
  whileReleased?: () => Promise<void>;
  /** What the store says is due, by call. */
  due?: (limit: number, shares: Shares) => ClaimedRequest[];
  renew?: (claimed: ClaimedRequest[]) => string[];
  claimQueued?: WorkerDeps['claimQueued'];
  now?: () => number;
  /** The permission of the person who asked. They may add inboxes by default. */
  permission?: PermissionToAdd;
}) {
  const { monotonicNow = () => 0 } = options;
  const calls: string[] = [];
  const sendings: Slot[] = [];
  const errors: unknown[] = [];
  let stored: ClaimedRequest = { ...sampleRequest(options.request), fence: 1 };
  let key = options.key ?? KEY;
  const answers = [...(options.answers ?? [ADDED])];
  let released = (_: ClaimedRequest): void => {};
  const whenReleased = new Promise<ClaimedRequest>((resolve) => {
    released = resolve;
  });
  const commit = (next: ClaimedRequest): ClaimedRequest => {
    stored = next;
    calls.push(`commit ${next.state}${next.waitsFor === undefined ? '' : ` waiting for ${next.waitsFor}`}`);
    return next;
  };
  const show = (what: string, { id }: AddInboxRequest, isStillOurs: () => boolean): void => {
    if (!isStillOurs()) throw new LeaseLostError(id);
    calls.push(what);
  };
  const requests: WorkerDeps['requests'] & StepDeps['requests'] = {
    claimDue: async (limit, shares) => options.due?.(limit, shares) ?? [],
    renew: async (claimed) => options.renew?.(claimed) ?? [],
    find: async () => undefined,
    openPasswords: async () => {
      if (options.passwordsFail !== undefined) throw options.passwordsFail;
      return { smtp_password: 'p', imap_password: 'q' };
    },
    advance: async (claimed, change, { release = false } = {}) => {
      const refusal = options.refuse?.(change, calls);
      if (refusal !== undefined) throw refusal;
      commit({ ...claimed, ...change });
      if (release) released(stored);
      const committed = stored;
      if (release) await options.whileReleased?.();
      return committed;
    },
  };
  const onError = (_request: unknown, error: unknown) => void errors.push(error);
  const steps: Omit<StepDeps, 'isStillOurs'> = {
    requests,
    keys: {
      find: async () => key,
      open: async () => {
        const { version, status } = key;
        return status === 'unreadable' ? undefined : { apiKey: 'cs_live_x', fingerprint: 'f', version, status };
      },
      mark: async (_team, version, { status }) => {
        calls.push(`mark key ${version} ${status}`);
        key = { ...key, status };
      },
    },
    checkPermission: async () => options.permission ?? { kind: 'may' },
    slots: {
      take: async (claimed) => {
        const takenAt = steps.now();
        options.onSlot?.();
        if (options.inLine === true) {
          return { kind: 'waits', request: commit({ ...claimed, waitsFor: 'rate_limited', notBefore: 90_000 }) };
        }
        const request = await requests.advance(claimed, { state: 'armed', waitsFor: undefined });
        if (options.turnFails !== undefined) throw options.turnFails;
        return { kind: 'armed', request, slot: { keyFingerprint: 'f', takenAt, countsFrom: takenAt } };
      },
      block: async (fingerprint, forMs) => {
        if (options.blockFails !== undefined) throw options.blockFails;
        calls.push(`block ${fingerprint} for ${forMs}`);
      },
      recordSend: async (_armed, slot) => void sendings.push(slot),
    },
    delivery: {
      announce: async (request, isStillOurs) => {
        show('announce', request, isStillOurs);
        return { kind: 'announced', announcement: ANNOUNCEMENT };
      },
      reply: async (request, isStillOurs) => {
        show('reply', request, isStillOurs);
        return { kind: 'replied', ts: '1.2' };
      },
      refresh: async (request, isStillOurs) => {
        show('refresh', request, isStillOurs);
        return { kind: 'refreshed' };
      },
      ...options.delivery,
    },
    addSenderAccount: async (apiKey, account, isStillOurs) => {
      assert.equal(apiKey, 'cs_live_x');
      assert.deepEqual(account, { ...SAMPLE_ACCOUNT, smtp_password: 'p', imap_password: 'q' });
      if (options.failsBefore !== undefined) throw options.failsBefore;
      if (!isStillOurs()) return { kind: 'not_done', why: 'no_connection', retryAfterMs: undefined };
      calls.push('POST');
      if (options.answer !== undefined) return options.answer();
      return answers.shift() ?? assert.fail('sent more often than expected');
    },
    onStep: () => {},
    onSettled: () => {},
    onError,
    now: options.now ?? (() => 1_000),
    random: () => 0.5,
  };
  const worker = createWorker({
    requests,
    claimQueued: options.claimQueued ?? (async () => NO_SLOTS),
    createSteps: (isStillOurs) => createDoStep({ ...steps, isStillOurs }),
    onError,
    now: () => 1_000,
    monotonicNow,
    random: () => 0.5,
    maxAtOnce: 2,
    leaseMs: options.leaseMs ?? Number.POSITIVE_INFINITY,
  });
  const { sendArmed } = createDoStep({ ...steps, isStillOurs: () => true });
  return {
    worker,
    sendArmed: (slot: Partial<Slot> = {}) =>
      sendArmed(stored, { keyFingerprint: 'f', takenAt: 1_000, countsFrom: 1_000, ...slot }),
    calls,
    sendings,
    errors,
    whenReleased,
    take: (since = monotonicNow()) => worker.take(stored, since),
    stored: () => stored,
    setKey: (now: ColdsendKey) => (key = now),
  };
}

/** ColdSend's answer, which comes when the test says so. */
export function holdAnswer() {
  const answer = Promise.withResolvers<SendResult>();
  const { promise: whenPosted, resolve } = Promise.withResolvers<void>();
  const posted = (): Promise<SendResult> => {
    resolve();
    return answer.promise;
  };
  return { answer, posted, whenPosted };
}
