import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ClaimedRequest } from '../../../src/add-inbox/request/request.ts';
import { near, ONE_A_MINUTE, type RateLimitSetUp } from './rate-limit-set-up.ts';

export function describeFairness({ now, pass, open, enter, claim }: RateLimitSetUp) {
  describe('is fair', () => {
    /** Who gets the slots, one a minute, the queue being there from the beginning. */
    async function playOneByOne(bot: ReturnType<typeof open>, slots: number): Promise<string[]> {
      const order: string[] = [];
      for (let slot = 0; slot < slots; slot += 1) {
        await pass(61_000);
        order.push(...(await claim(bot)));
      }
      return order;
    }

    test('between people: who has much to add does not hold up who has little, though slots come one by one', async () => {
      const bot = open(ONE_A_MINUTE);
      for (const name of ['a0', 'a1', 'a2', 'a3', 'a4']) {
        await enter(bot, name, { userId: 'A' });
        await pass(1);
      }
      await enter(bot, 'b1', { userId: 'B' });
      await enter(bot, 'c1', { userId: 'C' });
      assert.deepEqual(await playOneByOne(bot, 6), ['b1', 'c1', 'a1', 'a2', 'a3', 'a4']);
    });

    test('between people of several workspaces that share a key, where the same user id is somebody else', async () => {
      const bot = open(ONE_A_MINUTE);
      for (const name of ['x0', 'x1', 'x2']) {
        await enter(bot, name, { teamId: 'X', userId: 'A' });
        await pass(1);
      }
      await enter(bot, 'y1', { teamId: 'Y', userId: 'A' });
      assert.deepEqual(await playOneByOne(bot, 3), ['y1', 'x1', 'x2']);
    });

    test('when several slots come at once, and over such slots', async () => {
      const bot = open([{ requests: 4, seconds: 60 }]);
      for (const name of ['0', '00', '000', '0000']) await enter(bot, name, { teamId: 'Z' });
      for (const team of ['A', 'B', 'C']) {
        for (let n = 1; n <= 4; n += 1) {
          await enter(bot, `${team}${n}`, { teamId: team });
          await pass(1);
        }
      }
      await pass(61_000);
      assert.deepEqual(await claim(bot), ['A1', 'B1', 'C1', 'A2']);
      await pass(61_000);
      assert.deepEqual(await claim(bot), ['B2', 'C2', 'A3', 'B3']);
      await pass(61_000);
      assert.deepEqual(await claim(bot), ['C3', 'A4', 'B4', 'C4']);
    });

    test('between keys, where there is not room for all at once', async () => {
      const bot = open([{ requests: 100, seconds: 60 }]);
      for (const key of ['k1', 'k2', 'k3']) {
        await bot.slots.block(key, 1_000);
        for (const n of [1, 2]) await enter(bot, `${key}-${n}`, { key });
      }
      await pass(1_001);
      const first = [...(await claim(bot, 1)), ...(await claim(bot, 1)), ...(await claim(bot, 1))];
      assert.deepEqual(first.sort(), ['k1-1', 'k2-1', 'k3-1']);
    });

    test('and the reported time is when the slot comes in that order', async () => {
      const bot = open(ONE_A_MINUTE);
      for (const name of ['a0', 'a1', 'a2', 'a3']) await enter(bot, name, { userId: 'A' });
      const b = await enter(bot, 'b1', { userId: 'B' });
      near(b.request.notBefore, now() + 61_000);
      const a = await enter(bot, 'a4', { userId: 'A' });
      near(a.request.notBefore, now() + 5 * 61_000);
    });
  });

  test('slots go to those who have a share left here, and are not used up by others', async () => {
    const bot = open([{ requests: 3, seconds: 60 }]);
    const held: ClaimedRequest[] = [];
    for (const name of ['a1', 'a2', 'a3']) held.push((await enter(bot, name, { userId: 'A' })).request);
    for (const name of ['a4', 'a5', 'b1', 'b2']) {
      await enter(bot, name, { userId: name.slice(0, 1) === 'a' ? 'A' : 'B' });
      await pass(1);
    }
    await pass(61_000);
    const shares = { person: 3, key: 4, workspace: 100 };
    const claimed = await bot.slots.claimQueued(100, shares);
    assert.deepEqual([claimed.armed.map(({ id }) => id), claimed.nextAt], [['request-b1'], undefined]);
    assert.deepEqual(await bot.slots.countLeft(), [{ seconds: 60, left: 2 }]);
    for (const request of held) await bot.requests.release(request);
    const then = await bot.slots.claimQueued(100, shares);
    assert.deepEqual(then.armed.map(({ id }) => id).sort(), ['request-a4', 'request-b2']);
  });
}
