import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createDoStep, type StepDeps } from '../../../src/add-inbox/request/do-step.ts';
import type { SendResult } from '../../../src/add-inbox/request/outcome.ts';
import type { ClaimedRequest, RequestChange } from '../../../src/add-inbox/request/request.ts';
import { sampleKey } from '../keys/sample-key.ts';
import { SAMPLE_ACCOUNT, sampleRequest } from './sample-request.ts';

export const NOW = 1_000;

export const KEY = sampleKey();

export const SLOT = { keyFingerprint: 'f', takenAt: 900, countsFrom: 901 };

export const PASSWORDS = { smtp_password: 'p', imap_password: 'q' };

export const LATER: SendResult = { kind: 'not_done', why: 'unavailable', retryAfterMs: 7_000 };

export type Deps = Omit<Partial<StepDeps>, 'requests' | 'keys' | 'slots' | 'delivery'> & {
  requests?: Partial<StepDeps['requests']>;
  keys?: Partial<StepDeps['keys']>;
  slots?: Partial<StepDeps['slots']>;
  delivery?: Partial<StepDeps['delivery']>;
};

export function requestIn(state: ClaimedRequest['state'], change: Partial<ClaimedRequest> = {}): ClaimedRequest {
  return { ...sampleRequest({ state }), fence: 1, ...change };
}

/** Steps in a world where everything goes well, but for what the test says; `commits` is what was written, in order. */
export function setUp(deps: Deps = {}) {
  const commits: (RequestChange & { released?: true })[] = [];
  const calls: string[] = [];
  const errors: unknown[] = [];
  const { requests, keys, slots, delivery, ...others } = deps;
  const find = keys?.find ?? (async () => KEY);
  const advance: StepDeps['requests']['advance'] = async (claimed, change, options) => {
    commits.push({ ...change, ...(options?.release === true && { released: true as const }) });
    return { ...claimed, ...change };
  };
  const steps = createDoStep({
    requests: { advance, find: async () => undefined, openPasswords: async () => PASSWORDS, ...requests },
    keys: {
      find,
      open: async (teamId, name) => {
        const { version, status } = (await find(teamId, name)) ?? { version: 0, status: 'unreadable' };
        return status === 'unreadable' ? undefined : { apiKey: 'k', fingerprint: 'f', version, status };
      },
      mark: async (_team, version, { status, missingScopes }) =>
        void calls.push(`mark ${version} ${status} [${missingScopes}]`),
      ...keys,
    },
    slots: {
      take: async (claimed) => {
        calls.push('take');
        const request = await advance(claimed, { state: 'armed' });
        return { kind: 'armed', request, slot: SLOT };
      },
      block: async (fingerprint, forMs) => void calls.push(`block ${fingerprint} ${forMs}`),
      recordSend: async () => void calls.push('note'),
      ...slots,
    },
    delivery: {
      announce: async () => ({ kind: 'cannot_post' }),
      reply: async () => ({ kind: 'replied', ts: '1.2' }),
      refresh: async () => {
        calls.push('refresh');
        return { kind: 'refreshed' };
      },
      ...delivery,
    },
    checkPermission: async () => ({ kind: 'may' }),
    addSenderAccount: async (_key, account, isStillOurs) => {
      assert.deepEqual(account, { ...SAMPLE_ACCOUNT, ...PASSWORDS });
      calls.push(isStillOurs() ? 'POST' : 'no POST');
      return LATER;
    },
    isStillOurs: () => true,
    onStep: ({ state }, step) => void calls.push(step === 'reported' ? `step reported, ${state}` : `step ${step}`),
    onSettled: (outcome, ms) => void calls.push(`settled ${outcome} ${ms}`),
    onError: (_request, error) => void errors.push(error),
    now: () => NOW,
    random: () => 0.5,
    ...others,
  });
  return { ...steps, commits, calls, errors };
}

/** Whether something is over once all that can go on has done so. */
export async function isOver(work: Promise<unknown>): Promise<boolean> {
  let over = false;
  const end = () => {
    over = true;
  };
  work.then(end, end);
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
  return over;
}

export function answering(result: SendResult): Deps {
  return {
    addSenderAccount: async (_key, _account, isStillOurs) => {
      assert.ok(isStillOurs());
      return result;
    },
  };
}
