import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  afterSending,
  EXPIRES_AFTER_MS,
  nextStep,
  retryDelayMs,
  type Step,
} from '../../../src/add-inbox/request/next-step.ts';
import type { Outcome, SendResult } from '../../../src/add-inbox/request/outcome.ts';
import type { AddInboxRequest } from '../../../src/add-inbox/request/request.ts';
import { sampleRequest } from './sample-request.ts';

const EXPIRED: Step = { kind: 'settle', outcome: { kind: 'expired' } };
const DAY = EXPIRES_AFTER_MS;
const WAITS_FOR_PASSWORD: Partial<AddInboxRequest> = { state: 'accepted', waitsFor: 'password' };

const LIFE: [string, Partial<AddInboxRequest>, number, Step][] = [
  ['accepted is announced', { state: 'accepted' }, 0, { kind: 'announce' }],
  ['accepted expires after a day', { state: 'accepted' }, DAY, EXPIRED],
  ['announced is sent', { state: 'announced' }, 0, { kind: 'send' }],
  ['announced is sent up to the last millisecond', { state: 'announced' }, DAY - 1, { kind: 'send' }],
  ['accepted is announced before it waits for its password', WAITS_FOR_PASSWORD, 0, { kind: 'announce' }],
  [
    'announced waits for its password',
    { ...WAITS_FOR_PASSWORD, state: 'announced' },
    DAY - 1,
    { kind: 'wait_for_password' },
  ],
  [
    'a password that nobody entered for a day ends it',
    { ...WAITS_FOR_PASSWORD, state: 'announced' },
    DAY,
    { kind: 'settle', outcome: { kind: 'expired', why: 'no_password' } },
  ],
  ['announced expires after a day', { state: 'announced' }, DAY, EXPIRED],
  [
    'armed was interrupted and is never sent again',
    { state: 'armed' },
    0,
    { kind: 'settle', outcome: { kind: 'unknown', why: 'interrupted' } },
  ],
  [
    'armed does not expire: it may have been added',
    { state: 'armed' },
    2 * DAY,
    { kind: 'settle', outcome: { kind: 'unknown', why: 'interrupted' } },
  ],
  ['settled is reported', { state: 'settled' }, 0, { kind: 'reply' }],
  ['settled is reported even after a day', { state: 'settled' }, 9 * DAY, { kind: 'reply' }],
  ['settled with a reply is finished', { state: 'settled', replyTs: '1.2' }, 0, { kind: 'finish' }],
  ['reported is over', { state: 'reported' }, 9 * DAY, { kind: 'nothing' }],
];

for (const [name, request, now, step] of LIFE) {
  test(name, () => assert.deepEqual(nextStep(sampleRequest(request), now), step));
}

const OUTCOMES: Outcome[] = [
  { kind: 'exists', reason: 'Email already exists' },
  { kind: 'refused', reason: 'Connection failed', fields: [] },
  { kind: 'key_refused', reason: 'Invalid', missingScopes: [] },
  { kind: 'unknown', why: 'answer_lost' },
];

for (const outcome of OUTCOMES) {
  test(`${outcome.kind} settles`, () => {
    const change = afterSending(sampleRequest({ state: 'armed', tries: 3 }), outcome as SendResult, 77, 0.5);
    assert.deepEqual(change, {
      state: 'settled',
      outcome,
      settledAt: 77,
      waitsFor: undefined,
      notBefore: 77,
      tries: 0,
    });
  });
}

test('what ColdSend did not do goes back to announced and is tried again when ColdSend says', () => {
  const change = afterSending(
    sampleRequest({ state: 'armed', tries: 2 }),
    { kind: 'not_done', why: 'rate_limited', retryAfterMs: 60_000 },
    1_000,
    0.5,
  );
  assert.deepEqual(change, { state: 'announced', waitsFor: 'rate_limited', notBefore: 61_000, tries: 3 });
});

test('a wait never reaches beyond the day after which a request expires', () => {
  const change = afterSending(
    sampleRequest({ state: 'armed' }),
    { kind: 'not_done', why: 'unavailable', retryAfterMs: 9 * DAY },
    5,
    0,
  );
  assert.equal(change.notBefore, DAY);
});

test('retries come after 5 s, doubling to 5 min, spread by a fifth', () => {
  assert.deepEqual(
    [0, 1, 2, 6, 7, 50, 5_000].map((tries) => retryDelayMs(tries, 0.5)),
    [5_000, 10_000, 20_000, 300_000, 300_000, 300_000, 300_000],
  );
  assert.equal(retryDelayMs(0, 0), 4_000);
  assert.equal(retryDelayMs(0, 1), 6_000);
});
