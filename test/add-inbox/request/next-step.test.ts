import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ColdsendKey } from '../../../src/add-inbox/keys/coldsend-key.ts';
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

const KEY: ColdsendKey = {
  teamId: 'T1',
  version: 1,
  revision: 'r1',
  lastFour: 'abcd',
  storedBy: 'U9',
  storedAt: 0,
  status: 'works',
  missingScopes: [],
  checkedAt: 0,
};
const UNCHECKED: ColdsendKey = { ...KEY, status: 'unchecked' };
const REFUSED: ColdsendKey = { ...KEY, status: 'refused' };
const EXPIRED: Step = { kind: 'settle', outcome: { kind: 'expired' } };
const DAY = EXPIRES_AFTER_MS;
const WAITS_FOR_PASSWORD: Partial<AddInboxRequest> = { state: 'accepted', waitsFor: 'password' };

const LIFE: [string, Partial<AddInboxRequest>, ColdsendKey | undefined, number, Step][] = [
  ['accepted is announced', { state: 'accepted' }, undefined, 0, { kind: 'announce' }],
  ['accepted is announced even where the key is refused', { state: 'accepted' }, REFUSED, 0, { kind: 'announce' }],
  ['accepted expires after a day', { state: 'accepted' }, KEY, DAY, EXPIRED],
  ['announced is sent', { state: 'announced' }, KEY, 0, { kind: 'send' }],
  ['announced is sent up to the last millisecond', { state: 'announced' }, KEY, DAY - 1, { kind: 'send' }],
  ['announced is sent with a key nobody could check', { state: 'announced' }, UNCHECKED, 0, { kind: 'send' }],
  ['announced waits for a key', { state: 'announced' }, undefined, 0, { kind: 'wait_for_key' }],
  ['announced waits for a better key', { state: 'announced' }, REFUSED, 0, { kind: 'wait_for_key' }],
  ['accepted is announced before it waits for its password', WAITS_FOR_PASSWORD, KEY, 0, { kind: 'announce' }],
  [
    'announced waits for its password',
    { ...WAITS_FOR_PASSWORD, state: 'announced' },
    KEY,
    DAY - 1,
    { kind: 'wait_for_password' },
  ],
  [
    'a password that nobody entered for a day ends it',
    { ...WAITS_FOR_PASSWORD, state: 'announced' },
    KEY,
    DAY,
    { kind: 'settle', outcome: { kind: 'expired', why: 'no_password' } },
  ],
  ['announced expires after a day', { state: 'announced' }, KEY, DAY, EXPIRED],
  [
    'armed was interrupted and is never sent again',
    { state: 'armed' },
    KEY,
    0,
    { kind: 'settle', outcome: { kind: 'unknown', why: 'interrupted' } },
  ],
  [
    'armed does not expire: it may have been added',
    { state: 'armed' },
    KEY,
    2 * DAY,
    { kind: 'settle', outcome: { kind: 'unknown', why: 'interrupted' } },
  ],
  ['settled is reported', { state: 'settled' }, KEY, 0, { kind: 'reply' }],
  ['settled is reported even after a day', { state: 'settled' }, undefined, 9 * DAY, { kind: 'reply' }],
  ['settled with a reply is finished', { state: 'settled', replyTs: '1.2' }, KEY, 0, { kind: 'finish' }],
  ['reported is over', { state: 'reported' }, KEY, 9 * DAY, { kind: 'nothing' }],
];

for (const [name, request, key, now, step] of LIFE) {
  test(name, () => assert.deepEqual(nextStep(sampleRequest(request), key, now), step));
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
