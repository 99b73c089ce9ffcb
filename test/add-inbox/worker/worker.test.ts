import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommitInDoubtError } from '../../../src/add-inbox/request/commit-in-doubt-error.ts';
import type { SendResult } from '../../../src/add-inbox/request/outcome.ts';
import type { ClaimedRequest, RequestChange } from '../../../src/add-inbox/request/request.ts';
import type { ClaimedSlots } from '../../../src/add-inbox/worker/worker.ts';
import { ADDED, ANNOUNCEMENT, holdAnswer, NO_SLOTS, SLOT, setUp } from './world/request-world.ts';

test('each state is committed before the step it allows, and the announcement with the state that allows sending', async () => {
  const { take, whenReleased, calls } = setUp({});
  take();
  const request = await whenReleased;
  assert.deepEqual(calls, [
    'announce',
    'commit armed',
    'POST',
    'commit settled',
    'reply',
    'commit settled',
    'refresh',
    'commit reported',
  ]);
  assert.deepEqual(request.outcome, ADDED);
  assert.deepEqual([request.replyTs, request.announcement], ['1.2', ANNOUNCEMENT]);
});

test('a request found armed settles as unknown and is not sent', async () => {
  const { take, whenReleased, calls } = setUp({ request: { state: 'armed', announcement: ANNOUNCEMENT } });
  take();
  assert.deepEqual((await whenReleased).outcome, { kind: 'unknown', why: 'interrupted' });
  assert.ok(!calls.includes('POST'));
});

test('where the commit that arms is in doubt, the request goes back, and does not end as unknown', async () => {
  const turnFails = new CommitInDoubtError(new Error('no answer'));
  const announced = { state: 'announced', announcement: ANNOUNCEMENT } as const;
  const { take, whenReleased, calls, errors } = setUp({ request: announced, turnFails });
  take();
  const request = await whenReleased;
  assert.deepEqual([request.state, request.notBefore, request.tries], ['announced', 6_000, 1]);
  assert.deepEqual(calls, ['commit armed', 'commit announced']);
  assert.deepEqual(errors, [turnFails]);
});

test('what fails between arming a queued request and the first byte sends the request back, however long the database refuses', async () => {
  const passwordsFail = new Error('timeout exceeded when trying to connect');
  let refusals = 2;
  const { sendArmed, whenReleased, calls } = setUp({
    request: { state: 'armed', announcement: ANNOUNCEMENT },
    passwordsFail,
    refuse: () => {
      refusals -= 1;
      return refusals >= 0 ? passwordsFail : undefined;
    },
  });
  assert.equal(await sendArmed(), undefined);
  const request = await whenReleased;
  assert.deepEqual([request.state, request.tries], ['announced', 1]);
  assert.deepEqual(calls, ['commit announced']);
});

test('what ColdSend did not do goes back to announced, and the announcement says that it waits', async () => {
  const unavailable: SendResult = { kind: 'not_done', why: 'unavailable', retryAfterMs: 7_000 };
  const { take, whenReleased, calls } = setUp({
    request: { state: 'announced', announcement: ANNOUNCEMENT },
    answers: [unavailable],
  });
  take();
  const request = await whenReleased;
  assert.deepEqual([request.state, request.notBefore, request.tries], ['announced', 8_000, 1]);
  assert.deepEqual(calls.slice(-3), [
    'commit announced waiting for unavailable',
    'refresh',
    'commit announced waiting for unavailable',
  ]);
});

test("ColdSend's answer outlives a database that refuses it for a while", async () => {
  let refusals = 0;
  const { take, whenReleased, errors, calls } = setUp({
    request: { state: 'announced' },
    refuse: (change) => {
      if (change.outcome === undefined || refusals === 2) return undefined;
      refusals += 1;
      return new Error('disk full');
    },
  });
  take();
  assert.equal((await whenReleased).outcome?.kind, 'added');
  assert.equal(errors.length, 2);
  assert.equal(calls.filter((call) => call === 'POST').length, 1);
});

test('stopping waits for the answer of what was sent, commits it and reports it', async () => {
  const { answer, posted, whenPosted } = holdAnswer();
  const { take, worker, calls } = setUp({
    request: { state: 'announced' },
    answer: posted,
  });
  take();
  await whenPosted;
  const stopped = worker.stop(60_000);
  answer.resolve(ADDED);
  await stopped;
  assert.deepEqual(calls.slice(-2), ['refresh', 'commit reported']);
});

for (const [name, found] of [
  ['that got its slot', (armed: ClaimedRequest) => ({ armed: [{ ...armed, slot: SLOT }] })],
  ['whose arming is in doubt', (armed: ClaimedRequest) => ({ perhapsArmed: [armed], failure: new Error('no answer') })],
] as const) {
  test(`a request ${name} while the bot was stopping goes back as announced: nothing was sent`, async () => {
    const asked = Promise.withResolvers<void>();
    const claiming = Promise.withResolvers<ClaimedSlots>();
    const { worker, stored, whenReleased, calls } = setUp({
      request: { state: 'armed', announcement: ANNOUNCEMENT, notBefore: 500 },
      claimQueued: () => {
        asked.resolve();
        return claiming.promise;
      },
    });
    worker.wake();
    await asked.promise;
    const stopped = worker.stop(60_000);
    claiming.resolve({ ...NO_SLOTS, ...found(stored()) });
    await stopped;
    const { state, notBefore } = await whenReleased;
    assert.deepEqual([state, notBefore, calls], ['announced', 0, ['commit announced']]);
  });
}

test('what fails before the first byte goes back as announced; after it nobody knows', async () => {
  const before = setUp({ request: { state: 'announced' }, failsBefore: new TypeError('no header') });
  before.take();
  assert.equal((await before.whenReleased).state, 'announced');
  assert.equal(before.errors.length, 1);
  const changes: RequestChange[] = [];
  const after = setUp({
    request: { state: 'announced' },
    answer: () => Promise.reject(new Error('a surprise')),
    refuse: (change) => {
      changes.push(change);
      return undefined;
    },
  });
  after.take();
  await after.whenReleased;
  assert.deepEqual(changes, [{ state: 'armed', waitsFor: undefined }, { notBefore: 6_000 }], 'it stays armed');
});

test('what is accepted beyond the share of its person goes back, and is claimed once they have a share again', async () => {
  const { answer, posted, whenPosted } = holdAnswer();
  const second = Promise.withResolvers<ClaimedRequest>();
  const claims: { person: number; isTold: boolean }[] = [];
  const set = setUp({
    request: { state: 'announced', announcement: ANNOUNCEMENT },
    answer: posted,
    due: (_limit, { person }) => {
      const isTold = set.calls.includes('commit reported');
      claims.push({ person, isTold });
      if (isTold) second.resolve(set.stored());
      return [];
    },
  });
  set.take();
  await whenPosted;
  set.worker.take({ ...set.stored(), id: 'SECOND' }, 0);
  assert.equal((await set.whenReleased).id, 'SECOND');
  assert.equal(set.calls.filter((call) => call === 'POST').length, 1);
  answer.resolve(ADDED);
  await second.promise;
  assert.deepEqual(claims[0], { person: 1, isTold: false });
});

test('stopping releases what was not sent yet', async () => {
  const { take, worker, whenReleased, calls } = setUp({});
  const stopped = worker.stop(60_000);
  take();
  worker.wake();
  await stopped;
  assert.equal((await whenReleased).state, 'accepted');
  assert.ok(!calls.includes('announce'));
});
