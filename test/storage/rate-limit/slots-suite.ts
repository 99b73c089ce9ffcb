import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LeaseLostError } from '../../../src/add-inbox/request/request.ts';
import { createKeyBudget } from '../../../src/storage/rate-limit/key-budget.ts';
import { KEY, near, ONE_A_MINUTE, type RateLimitSetUp } from './rate-limit-set-up.ts';

export function describeSlots({ kind, db, now, pass, open, announce, enter, claim }: RateLimitSetUp) {
  test('a free slot arms the request, and counts', async () => {
    const bot = open(ONE_A_MINUTE);
    const claimed = await announce(bot.requests, '1');
    const slot = await bot.slots.take(claimed, KEY);
    assert.equal(slot.kind, 'armed');
    assert.deepEqual(slot.request, { ...claimed, state: 'armed' });
    assert.equal((await bot.requests.find('T1', 'request-1'))?.state, 'armed');
    assert.deepEqual(await bot.slots.countLeft(), [{ seconds: 60, left: 0 }]);
  });

  test('without one the request waits until one is free, and is armed then, held by whoever claimed it', async () => {
    const bot = open(ONE_A_MINUTE);
    await enter(bot, '1');
    const announcement = { channelId: 'C1', ts: '17.5', surface: 'channel' } as const;
    const slot = await bot.slots.take({ ...(await announce(bot.requests, '2')), announcement }, KEY);
    assert.equal(slot.kind, 'waits');
    assert.equal(slot.request.state, 'announced');
    const queued = await bot.requests.find('T1', 'request-2');
    assert.deepEqual([queued?.state, queued?.announcement], ['announced', announcement]);
    assert.equal(slot.request.waitsFor, 'rate_limited');
    near(slot.request.notBefore, now() + 61_000);
    assert.deepEqual(await claim(bot), [], 'somebody is still working on it');
    await bot.requests.release(slot.request);
    assert.deepEqual(await bot.requests.claimDue(10), [], 'it is taken from the queue');

    const early = await bot.slots.claimQueued(10);
    assert.deepEqual(early.armed, []);
    near(early.nextAt ?? 0, now() + 61_000);
    await pass(60_500);
    assert.deepEqual(await claim(bot), []);
    await pass(500);
    const { armed, nextAt } = await bot.slots.claimQueued(10);
    const [request] = armed;
    assert.ok(request);
    assert.deepEqual([request.state, request.waitsFor, request.slot.keyFingerprint], ['armed', undefined, KEY]);
    near(nextAt ?? 0, now() + 61_000);
    assert.equal((await bot.slots.claimQueued(10)).nextAt, undefined, 'nobody waits any more');
    const settled = await bot.requests.advance(request, { state: 'settled', outcome: { kind: 'expired' } });
    assert.equal(settled.state, 'settled');
    await assert.rejects(bot.requests.advance(slot.request, { tries: 1 }), LeaseLostError);
  });

  test('a request that comes while others are queued goes behind them, even where a slot is free', async () => {
    const bot = open(ONE_A_MINUTE);
    await enter(bot, '1');
    await enter(bot, '2');
    await pass(61_000);
    const slot = await enter(bot, '3');
    assert.equal(slot.kind, 'waits');
    near(slot.request.notBefore, now() + 61_000);
    assert.deepEqual(await claim(bot), ['2']);
  });

  test('a lost lease takes no slot', async () => {
    const bot = open(ONE_A_MINUTE);
    const claimed = await announce(bot.requests, '1');
    await bot.requests.release(claimed);
    await assert.rejects(bot.slots.take(claimed, KEY), LeaseLostError);
    assert.deepEqual(await bot.slots.countLeft(), [{ seconds: 60, left: 1 }]);
    await enter(bot, '2');
    await assert.rejects(bot.slots.take(claimed, KEY), LeaseLostError);
    assert.equal((await bot.slots.claimQueued(10)).nextAt, undefined, 'nor a place in the queue');
  });

  test('a slot is taken when it is taken, however long it was waited for', async () => {
    let waitedMs = 0;
    const bot = open(ONE_A_MINUTE, { now: () => now() + waitedMs });
    const claimed = await announce(bot.requests, '1');
    const mayEnd = Promise.withResolvers<void>();
    const occupied = Promise.withResolvers<void>();
    const occupying = db().transaction(async (within) => {
      await createKeyBudget(within, KEY, { limits: ONE_A_MINUTE, steadyNow: now }).lock();
      occupied.resolve();
      await mayEnd.promise;
    });
    await occupied.promise;
    const taking = bot.slots.take(claimed, KEY);
    waitedMs = 5_000;
    const before = now() + waitedMs;
    mayEnd.resolve();
    await occupying;
    const slot = await taking;
    assert.ok(slot.kind === 'armed' && slot.slot.takenAt >= before);
  });

  test('what is sent later than half the margin of the shortest window after its slot counts from then on', async () => {
    for (const [lateMs, left] of [
      [300, 2],
      [700, 1],
    ] as const) {
      const bot = open([{ requests: 2, seconds: 60 }]);
      const key = `sent ${lateMs} ms late`;
      const taken = await enter(bot, key, { key });
      assert.ok(taken.kind === 'armed');
      await pass(lateMs);
      // Moved with all others, for PostgreSQL's own clock goes on.
      const countsFrom = taken.slot.countsFrom - (kind === 'postgres' ? lateMs : 0);
      await bot.slots.recordSend(taken.request, { ...taken.slot, countsFrom });
      assert.deepEqual(await bot.slots.countLeft(), [{ seconds: 60, left: 1 }], 'it counts once');
      await pass(61_100 - lateMs);
      assert.deepEqual(await bot.slots.countLeft(), [{ seconds: 60, left }]);
    }
  });

  test('of slots taken at once, the one that is sent late counts from then on; one that is gone counts anew', async () => {
    const bot = open([{ requests: 4, seconds: 60 }]);
    for (let n = 1; n <= 4; n += 1) await enter(bot, String(n));
    await enter(bot, '5');
    await enter(bot, '6');
    await pass(61_100);
    const { armed } = await bot.slots.claimQueued(10);
    const [late] = armed;
    assert.ok(late !== undefined && armed.length === 2);
    await pass(30_000);
    const back = kind === 'postgres' ? 30_000 : 0;
    await bot.slots.recordSend(late, { ...late.slot, countsFrom: late.slot.countsFrom - back });
    assert.deepEqual(await bot.slots.countLeft(), [{ seconds: 60, left: 2 }]);
    await pass(31_100);
    assert.deepEqual(await bot.slots.countLeft(), [{ seconds: 60, left: 3 }]);
    await bot.slots.recordSend(late, { ...late.slot, countsFrom: 1 });
    assert.deepEqual(await bot.slots.countLeft(), [{ seconds: 60, left: 2 }]);
  });
}
