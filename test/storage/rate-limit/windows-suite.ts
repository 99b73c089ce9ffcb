import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { windowMs } from '../../../src/add-inbox/worker/rate-limit.ts';
import { DAY, KEY, near, ONE_A_MINUTE, OTHER_KEY, type RateLimitSetUp, TWO_WINDOWS } from './rate-limit-set-up.ts';

export function describeWindows({ kind, started, db, now, pass, open, enter, claim }: RateLimitSetUp) {
  test('no window is ever exceeded, and each is used up, whatever many owners do at once', async () => {
    const owners = kind === 'postgres' ? ['a', 'b', 'c'] : ['a'];
    const bots = owners.map((owner) => open(TWO_WINDOWS, { owner }));
    let armed = 0;
    const count = 26;
    await Promise.all(
      Array.from({ length: count }, async (_, n) => {
        const bot = bots[n % bots.length] ?? assert.fail();
        const key = n % 2 === 0 ? KEY : OTHER_KEY;
        if ((await enter(bot, String(n), { key, teamId: `T${n % 3}` })).kind === 'armed') armed += 1;
      }),
    );
    const claimed = new Set<string>();
    for (let steps = 0; armed < count && steps < 100; steps += 1) {
      const found = await Promise.all(bots.flatMap(({ slots }) => [slots.claimQueued(2), slots.claimQueued(2)]));
      for (const { id } of found.flatMap((slots) => slots.armed)) {
        assert.ok(!claimed.has(id), 'claimed twice');
        claimed.add(id);
        armed += 1;
      }
      if (found.every((slots) => slots.armed.length === 0)) await pass(5_100);
    }
    assert.equal(armed, count, 'everybody had a slot');
    for (const key of [KEY, OTHER_KEY]) {
      const taken = db().kysely.selectFrom('coldsend_turns').select('taken_at').where('key_fingerprint', '=', key);
      const times = (await taken.orderBy('taken_at').execute()).map(({ taken_at }) => taken_at);
      assert.equal(times.length, count / 2);
      for (const limit of TWO_WINDOWS) {
        for (const end of times) {
          const within = times.filter((time) => time <= end && time > end - limit.seconds * 1000).length;
          assert.ok(within <= limit.requests, `${within} within ${limit.seconds} s`);
        }
      }
      // 13 with 5 in any 101 s: the last three after twice that, as far as steps of 5.1 s let us see.
      const tookMs = (times.at(-1) ?? 0) - (times[0] ?? 0);
      assert.ok(tookMs <= 2 * windowMs({ requests: 5, seconds: 100 }) + 2 * 5_100, 'slots were left unused');
    }
  });

  describe('a clock', () => {
    test('that was set back makes the slots of its future count from now on, no longer', async () => {
      const bot = open([{ requests: 3, seconds: 60 }]);
      await enter(bot, '1');
      await enter(bot, '2');
      await pass(-DAY);
      assert.equal((await enter(bot, '3')).kind, 'armed');
      const { request } = await enter(bot, '4');
      near(request.notBefore, now() + 61_000);
      await pass(61_000);
      assert.deepEqual(await claim(bot), ['4']);
      assert.deepEqual(await bot.slots.countLeft(), [{ seconds: 60, left: 2 }]);
    });

    test('that was set back ends a wait that ColdSend never asked for', async () => {
      const bot = open(ONE_A_MINUTE);
      await bot.slots.block(KEY, 30_000);
      await pass(-DAY);
      assert.equal((await enter(bot, '1')).kind, 'armed');
    });

    test('that was set forward lets everybody go on', async () => {
      const bot = open(ONE_A_MINUTE);
      await enter(bot, '1');
      await enter(bot, '2');
      await pass(DAY - 60_000);
      assert.deepEqual(await claim(bot), ['2']);
    });

    if (kind === 'sqlite') {
      test('that is set while the process runs opens no window', async () => {
        const bot = open(ONE_A_MINUTE, { steadyNow: () => started });
        await enter(bot, '1');
        await pass(DAY / 2);
        const { kind, request } = await enter(bot, '2');
        assert.equal(kind, 'waits');
        near(request.notBefore, now() + 61_000);
      });
    }
  });

  test('countLeft gives for each window what is left to the key that has the least', async () => {
    const bot = open(TWO_WINDOWS);
    assert.deepEqual(await bot.slots.countLeft(), [
      { seconds: 10, left: 3 },
      { seconds: 100, left: 5 },
    ]);
    await enter(bot, '1');
    await enter(bot, '2', { key: OTHER_KEY });
    await pass(11_000);
    await enter(bot, '3', { key: OTHER_KEY });
    assert.deepEqual(await bot.slots.countLeft(), [
      { seconds: 10, left: 2 },
      { seconds: 100, left: 3 },
    ]);
  });
}
