import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LeaseLostError } from '../../../../src/add-inbox/request/request.ts';
import { ADDED, ANNOUNCEMENT, holdAnswer, setUp } from '../world/request-world.ts';

test('what is claimed again just when it was released is held and worked on', async () => {
  let isDue = false;
  const announced = Promise.withResolvers<void>();
  const set = setUp({
    request: { state: 'announced', announcement: ANNOUNCEMENT },
    answers: [{ kind: 'not_done', why: 'unavailable', retryAfterMs: 0 }, ADDED],
    due: () => (isDue ? [{ ...set.stored(), fence: 2 }] : []),
    whileReleased: async () => {
      if (isDue || set.stored().state === 'reported') return;
      isDue = true;
      set.worker.wake();
      while (set.calls.filter((call) => call === 'POST').length < 2) await nextTurn();
    },
    delivery: {
      reply: async (_request, isStillOurs) => {
        await announced.promise;
        return isStillOurs() ? { kind: 'replied', ts: '1.2' } : Promise.reject(new LeaseLostError('REQUEST00001'));
      },
    },
  });
  set.take();
  await set.whenReleased;
  isDue = false;
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
  announced.resolve();
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
  assert.equal(set.stored().state, 'reported');
});

test('after a sleep, what nobody has taken over meanwhile is renewed before anything is claimed', async () => {
  let time = 0;
  const { answer, posted, whenPosted } = holdAnswer();
  const asked: string[] = [];
  const { take, worker, whenReleased } = setUp({
    request: { state: 'announced', announcement: ANNOUNCEMENT },
    leaseMs: 4_000,
    monotonicNow: () => time,
    answer: posted,
    renew: (claimed) => {
      asked.push('renew');
      return claimed.map(({ id }) => id);
    },
    due: () => {
      asked.push('claim');
      return [];
    },
  });
  take();
  await whenPosted;
  time = 3_600_000;
  worker.wake();
  answer.resolve(ADDED);
  assert.equal((await whenReleased).state, 'reported');
  assert.deepEqual(asked.slice(0, 2), ['renew', 'claim']);
});

test('a process that slept through its lease sends nothing and posts nothing, whatever it had begun', async () => {
  for (const request of [
    { state: 'accepted' },
    { state: 'announced' },
    { state: 'settled', outcome: ADDED },
    { state: 'settled', outcome: ADDED, replyTs: '1.2' },
  ] as const) {
    let time = 0;
    const over = Promise.withResolvers<void>();
    const { take, worker, calls } = setUp({
      request,
      leaseMs: 4_000,
      monotonicNow: () => {
        time += 4_000;
        return time;
      },
      refuse: (_change, made) => {
        if (made.length > 0) over.resolve();
        return undefined;
      },
    });
    take();
    await worker.stop(1_000);
    for (const effect of ['announce', 'POST', 'reply', 'refresh']) {
      assert.ok(!calls.includes(effect), `${effect} while ${request.state}`);
    }
  }
});

test('who slept while ColdSend or Slack was asked shows nothing any more, and gives nothing back', async () => {
  for (const request of [{ state: 'announced' }, { state: 'settled', outcome: ADDED }] as const) {
    let time = 0;
    const { take, worker, calls, errors } = setUp({
      request: { ...request, announcement: ANNOUNCEMENT },
      leaseMs: 4_000,
      monotonicNow: () => time,
      answer: async () => {
        time = 10_000;
        return { kind: 'not_done', why: 'unavailable', retryAfterMs: 7_000 };
      },
      delivery: {
        reply: async () => {
          time = 10_000;
          return { kind: 'cannot_post' };
        },
      },
    });
    take();
    await worker.stop(1_000);
    assert.ok(!calls.includes('refresh') && !calls.includes('commit reported'), calls.join());
    assert.deepEqual(errors, []);
  }
});

test('what took a lease to be accepted is not worked on', async () => {
  const { take, worker, calls } = setUp({ leaseMs: 4_000, monotonicNow: () => 10_000 });
  take(6_000);
  await worker.stop(1_000);
  assert.deepEqual(calls, []);
});

test('a replica that cannot renew what it slept through claims nothing', async () => {
  let time = 0;
  const { answer, posted, whenPosted } = holdAnswer();
  const failed = new Error('Query read timeout');
  const { take, worker, errors, whenReleased } = setUp({
    request: { state: 'announced', announcement: ANNOUNCEMENT },
    leaseMs: 4_000,
    monotonicNow: () => time,
    answer: posted,
    renew: (claimed) => {
      if (errors.length === 0) throw failed;
      return claimed.map(({ id }) => id);
    },
    due: () => (errors.length === 0 ? assert.fail('claimed') : []),
  });
  take();
  await whenPosted;
  time = 3_600_000;
  worker.wake();
  await nextTurn();
  assert.deepEqual(errors, [failed]);
  time += 3_000;
  worker.wake();
  await nextTurn();
  answer.resolve(ADDED);
  assert.equal((await whenReleased).state, 'reported');
});

test('whoever lost the lease does nothing more: no POST, no message, no word in the log', async () => {
  const lost = Promise.withResolvers<void>();
  const { take, worker, errors, calls } = setUp({
    request: { state: 'announced' },
    refuse: () => {
      lost.resolve();
      return new LeaseLostError('REQUEST00001');
    },
  });
  take();
  await lost.promise;
  await worker.stop(1_000);
  assert.deepEqual([calls, errors], [[], []]);
});
