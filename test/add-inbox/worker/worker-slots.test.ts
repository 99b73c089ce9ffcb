import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SendResult } from '../../../src/add-inbox/request/outcome.ts';
import { LeaseLostError } from '../../../src/add-inbox/request/request.ts';
import { ADDED, ANNOUNCEMENT, holdAnswer, KEY, NO_SLOTS, SLOT, setUp } from './world/request-world.ts';

test('who waited for their slot is looked at again once they have it', async () => {
  const lost = setUp({ request: { state: 'armed' }, permission: { kind: 'lost', why: 'guest' } });
  assert.equal((await lost.sendArmed())?.outcome?.kind, 'refused');
  const unknown = setUp({ request: { state: 'armed' }, permission: { kind: 'unknown' } });
  assert.equal(await unknown.sendArmed(), undefined);
  const { state, notBefore } = await unknown.whenReleased;
  assert.deepEqual([state, notBefore], ['announced', 6_000]);
  for (const { calls } of [lost, unknown]) assert.ok(!calls.includes('POST'));
});

test('who has to wait for a slot is shown so and released, and nothing is sent', async () => {
  const { take, whenReleased, calls } = setUp({ request: { state: 'announced' }, inLine: true });
  take();
  assert.equal((await whenReleased).waitsFor, 'rate_limited');
  assert.deepEqual(calls, [
    'commit announced waiting for rate_limited',
    'refresh',
    'commit announced waiting for rate_limited',
  ]);
});

test('who is queued for a key that was replaced just then is sent with the new one', async () => {
  const set = setUp({
    request: { state: 'announced' },
    inLine: true,
    refuse: (change) => (change.notBefore === 0 ? new LeaseLostError('REQUEST00001') : undefined),
    delivery: { refresh: async () => assert.fail('shown as waiting') },
    onSlot: () => set.setKey({ ...KEY, version: 4 }),
  });
  set.take();
  await set.worker.stop(1_000);
  assert.deepEqual([set.calls, set.errors], [['commit announced waiting for rate_limited'], []]);
});

test('a slot of another key than the one there is now is not used: the request waits for one of that key', async () => {
  const { sendArmed, calls } = setUp({ request: { state: 'armed', announcement: ANNOUNCEMENT } });
  const request = await sendArmed({ keyFingerprint: 'another' });
  assert.deepEqual([request?.state, request?.notBefore, request?.waitsFor], ['announced', 0, undefined]);
  assert.deepEqual(calls, ['commit announced']);
});

test('what goes out is noted, with when its slot was taken', async () => {
  const { sendArmed, sendings } = setUp({ request: { state: 'armed' } });
  await sendArmed({ takenAt: 900 });
  assert.deepEqual(sendings, [{ keyFingerprint: 'f', takenAt: 900, countsFrom: 1_000 }]);
});

test('when ColdSend says that there were too many, its key gets no slots for as long', async () => {
  const limited: SendResult = { kind: 'not_done', why: 'rate_limited', retryAfterMs: 30_000 };
  const { take, whenReleased, calls } = setUp({ request: { state: 'announced' }, answers: [limited] });
  take();
  assert.equal((await whenReleased).notBefore, 31_000);
  assert.ok(calls.includes('block f for 30000'));
});

test('the wait that ColdSend asked for stays, though neither the key can be blocked nor the wait be shown', async () => {
  const limited: SendResult = { kind: 'not_done', why: 'rate_limited', retryAfterMs: 30_000 };
  const fails = new Error('canceling statement due to statement timeout');
  let refusals = 2;
  const { take, whenReleased, errors } = setUp({
    request: { state: 'announced' },
    answers: [limited],
    blockFails: fails,
    delivery: { refresh: async () => Promise.reject(fails) },
    refuse: (change) => {
      if (Object.keys(change).length > 0) return undefined;
      refusals -= 1;
      return refusals >= 0 ? fails : undefined;
    },
  });
  take();
  const { notBefore, waitsFor } = await whenReleased;
  assert.deepEqual([notBefore, waitsFor], [31_000, 'rate_limited']);
  assert.equal(errors.length, 4);
});

test('a request that got its slot when the last place was taken meanwhile goes back as announced', async () => {
  const { answer, posted, whenPosted } = holdAnswer();
  const isBack = Promise.withResolvers<void>();
  let slots = 1;
  const set = setUp({
    request: { state: 'announced', announcement: ANNOUNCEMENT },
    answer: posted,
    claimQueued: async () => {
      slots -= 1;
      if (slots < 0) return NO_SLOTS;
      const request = { ...set.stored(), state: 'armed', slot: SLOT } as const;
      set.worker.take({ ...set.stored(), id: 'OTHER', userId: 'U2' }, 0);
      set.worker.take({ ...set.stored(), id: 'ANOTHER', userId: 'U3' }, 0);
      return { ...NO_SLOTS, armed: [request] };
    },
    refuse: ({ state, notBefore }) => {
      if (state === 'announced' && notBefore === 0) isBack.resolve();
      return undefined;
    },
  });
  set.worker.wake();
  await isBack.promise;
  await whenPosted;
  answer.resolve(ADDED);
  await set.worker.stop(60_000);
  assert.equal(set.calls.filter((call) => call === 'POST').length, 2);
});
