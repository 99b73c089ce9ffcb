import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KEY, OTHER_KEY, type RateLimitSetUp } from './rate-limit-set-up.ts';

export function describeKeyCheck({ pass, open, enter, claim }: RateLimitSetUp) {
  test('a key check counts, and does not wait: without a slot there is none', async () => {
    const bot = open([{ requests: 2, seconds: 60 }]);
    assert.equal(await bot.slots.reserveForKeyCheck(KEY), true);
    await enter(bot, '1');
    assert.equal(await bot.slots.reserveForKeyCheck(KEY), false);
    assert.equal((await enter(bot, '2')).kind, 'waits');
    assert.equal(await bot.slots.reserveForKeyCheck(OTHER_KEY), true);
    await pass(61_000);
    await bot.slots.block(KEY, 1_000);
    assert.equal(await bot.slots.reserveForKeyCheck(KEY), false);
    await pass(1_001);
    assert.deepEqual(await claim(bot), ['2']);
  });

  test('key checks at once take no more slots than there are', async () => {
    const bots = ['a', 'b', 'c'].map((owner) => open([{ requests: 4, seconds: 60 }], { owner }));
    const checks = await Promise.all(Array.from({ length: 12 }, (_, n) => bots[n % 3]?.slots.reserveForKeyCheck(KEY)));
    assert.equal(checks.filter((taken) => taken === true).length, 4);
  });
}
