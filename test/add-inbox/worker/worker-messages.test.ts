import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADDED, setUp } from './world/request-world.ts';

test('where the channel closes before the reply, the thread moves and is replied to there', async () => {
  const inDm = { channelId: 'D1', ts: '2.1', surface: 'dm' } as const;
  let replies = 0;
  const { take, whenReleased } = setUp({
    request: { state: 'announced' },
    delivery: {
      reply: async (request) => {
        replies += 1;
        if (replies === 1) return { kind: 'moved', announcement: inDm };
        assert.deepEqual(request.announcement, inDm);
        return { kind: 'replied', ts: '2.2' };
      },
    },
  });
  take();
  const request = await whenReleased;
  assert.deepEqual([request.announcement, request.replyTs, request.state], [inDm, '2.2', 'reported']);
});

test('where nothing can be posted anywhere the request is still sent, once', async () => {
  const nowhere = async () => ({ kind: 'cannot_post' }) as const;
  const { take, whenReleased, calls } = setUp({ delivery: { announce: nowhere, reply: nowhere, refresh: nowhere } });
  take();
  const request = await whenReleased;
  assert.deepEqual([request.state, request.outcome?.kind, request.replyTs], ['reported', 'added', undefined]);
  assert.equal(calls.filter((call) => call === 'POST').length, 1);
});

test('a reply that Slack does not take is tried later, and nothing is sent again', async () => {
  const { take, whenReleased, calls } = setUp({
    request: { state: 'settled', outcome: ADDED, tries: 1 },
    delivery: { reply: async () => ({ kind: 'later', retryAfterMs: undefined }) },
  });
  take();
  const request = await whenReleased;
  assert.deepEqual([request.state, request.notBefore, request.tries], ['settled', 11_000, 2]);
  assert.ok(!calls.includes('POST'));
});

test('an announcement that Slack does not take holds a request up for an hour', async () => {
  const later = async () => ({ kind: 'later', retryAfterMs: undefined }) as const;
  for (const [now, isSent] of [
    [3_600_999, false],
    [3_601_000, true],
  ] as const) {
    const { take, whenReleased, calls } = setUp({
      request: { acceptedAt: 1_000 },
      delivery: { announce: later },
      now: () => now,
    });
    take();
    const { state, outcome } = await whenReleased;
    assert.equal(calls.includes('POST'), isSent);
    assert.deepEqual([state, outcome?.kind], isSent ? ['reported', 'added'] : ['accepted', undefined]);
  }
});

test('a result that Slack has not taken for minutes is in the log and in the form, and stays due', async () => {
  for (const [tries, shown, noted] of [
    [5, false, false],
    [6, true, true],
    [7, false, true],
    [2_000, false, true],
  ] as const) {
    const { take, whenReleased, calls, errors } = setUp({
      request: { state: 'settled', outcome: ADDED, tries },
      delivery: { reply: async () => ({ kind: 'later', retryAfterMs: 40_000 }) },
    });
    take();
    const request = await whenReleased;
    assert.deepEqual([request.state, request.notBefore, request.tries], ['settled', 41_000, tries + 1]);
    assert.deepEqual([calls.includes('refresh'), errors.length > 0], [shown, noted], `after ${tries} tries`);
  }
});

test('an announcement that Slack has not taken for minutes is in the log', async () => {
  for (const tries of [5, 6]) {
    const { take, whenReleased, errors } = setUp({
      request: { tries },
      delivery: { announce: async () => ({ kind: 'later', retryAfterMs: undefined }) },
    });
    take();
    await whenReleased;
    assert.equal(errors.length, tries - 5);
  }
});

test('an announcement that can not be brought up to date is left for good after a day, the result below it', async () => {
  for (const [now, state] of [
    [86_400_999, 'settled'],
    [86_401_000, 'reported'],
  ] as const) {
    const { take, whenReleased } = setUp({
      request: { state: 'settled', outcome: ADDED, settledAt: 1_000, replyTs: '1.2' },
      delivery: { refresh: async () => ({ kind: 'later', retryAfterMs: undefined }) },
      now: () => now,
    });
    take();
    assert.equal((await whenReleased).state, state);
  }
});
