import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import { recordQueries } from '../requests/record-queries.ts';
import { DAY, KEY, near, ONE_A_MINUTE, OTHER_KEY, type RateLimitSetUp } from './rate-limit-set-up.ts';

export function describeQueue({ db, now, pass, open, enter, claim }: RateLimitSetUp) {
  test('a request that waits for much longer than was reported gets a new time', async () => {
    const bot = open(ONE_A_MINUTE);
    await enter(bot, '1');
    const { request } = await enter(bot, '2');
    await bot.slots.block(KEY, 300_000);
    await pass(request.notBefore - now() + 14_000);
    assert.deepEqual(await bot.requests.claimDue(10), []);
    await pass(2_000);
    const [overdue] = await bot.requests.claimDue(10);
    assert.ok(overdue);
    const again = await bot.slots.take(overdue, KEY);
    assert.equal(again.kind, 'waits');
    near(again.request.notBefore, now() + 300_000 - 77_000);
  });

  test('while ColdSend has a key wait nobody gets a slot with it; other keys go on', async () => {
    const bot = open([{ requests: 2, seconds: 10 }]);
    await bot.slots.block(KEY, 30_000.4);
    await bot.slots.block(KEY, 5_000);
    const waiting = await enter(bot, '1');
    near(waiting.request.notBefore, now() + 30_000);
    assert.equal((await enter(bot, '2', { key: OTHER_KEY })).kind, 'armed');
    await pass(29_500);
    assert.deepEqual(await claim(bot), []);
    await pass(501);
    assert.deepEqual(await claim(bot), ['1']);
    await pass(20_000);
    await bot.slots.block(KEY, Number.MAX_SAFE_INTEGER);
    near((await enter(bot, '3')).request.notBefore, now() + 60 * 60 * 1000);
  });

  test('keys that wait for a slot cost one statement, and take no room from a key that has slots', async () => {
    const { database, queries } = recordQueries(db());
    const bot = open([{ requests: 2, seconds: 60 }], { database });
    const waiting = ['waiting-1', 'waiting-2', 'waiting-3', 'waiting-4'];
    for (const key of waiting) {
      await bot.slots.block(key, 100_000);
      await enter(bot, key, { key });
    }
    assert.deepEqual(await claim(bot), []);
    await bot.slots.block(KEY, 10_000);
    for (const name of ['1', '2']) await enter(bot, name);
    await pass(10_001);
    assert.deepEqual((await claim(bot, 2)).sort(), ['1', '2']);
    queries.length = 0;
    assert.deepEqual((await bot.slots.claimQueued(10)).armed, []);
    assert.equal(queries.length, 1);
    await pass(90_000);
    assert.deepEqual((await claim(bot)).sort(), waiting);
  });

  test('a key whose slots are free earlier than they were, as after a clock was set, gets them within a minute', async () => {
    const bot = open(ONE_A_MINUTE);
    await bot.slots.block(KEY, 3_000_000);
    await enter(bot, '1');
    assert.deepEqual(await claim(bot), []);
    await db().kysely.deleteFrom('coldsend_budgets').execute();
    await pass(60_000);
    assert.deepEqual(await claim(bot), ['1']);
  });

  test('a request that waits for a day leaves the queue to expire, and holds no other up', async () => {
    const bot = open(ONE_A_MINUTE);
    await enter(bot, '0');
    const old = await enter(bot, 'old');
    await bot.slots.block(KEY, 100_000);
    await pass(DAY - 30_000);
    await bot.slots.block(KEY, 100_000);
    const young = await enter(bot, 'young');
    assert.equal(young.kind, 'waits');
    const again = await bot.slots.take((await bot.requests.claimDue(10))[0] ?? assert.fail(), KEY);
    assert.equal(again.request.notBefore, old.request.acceptedAt + DAY, 'no later time than that is reported');
    await bot.requests.release(again.request);
    await pass(101_000);
    assert.deepEqual(await claim(bot), ['young']);
    assert.deepEqual(
      (await bot.requests.claimDue(10)).map(({ id }) => id),
      ['request-old'],
    );
  });

  test('a new key takes the queued requests out of the queue of the old one', async () => {
    const bot = open(ONE_A_MINUTE);
    await enter(bot, '1');
    await enter(bot, '2');
    assert.equal(await bot.requests.resumeWaitingForKey('T1', WORKSPACE), 1);
    await pass(61_000);
    assert.deepEqual(await claim(bot), []);
    const [due] = await bot.requests.claimDue(10);
    assert.equal(due?.waitsFor, undefined);
    assert.equal((await bot.slots.take(due ?? assert.fail(), OTHER_KEY)).kind, 'armed');
  });

  test('a request that this version cannot read leaves the queue; the others get their slots', async () => {
    const unreadable: string[] = [];
    const bot = open([{ requests: 2, seconds: 60 }], { onUnreadable: (id) => unreadable.push(id) });
    await bot.slots.block(KEY, 1_000);
    for (const name of ['1', '2', '3']) {
      await enter(bot, name);
      await pass(1);
    }
    await sql`update requests set account = '{}' where id = 'request-1'`.execute(db().kysely);
    await pass(1_000);
    assert.deepEqual(await claim(bot), ['2']);
    assert.deepEqual(await claim(bot), ['3']);
    assert.deepEqual(unreadable, ['request-1']);
    assert.equal(await stateOf('request-1'), 'announced');
  });

  async function stateOf(id: string) {
    const row = await db().kysely.selectFrom('requests').select('state').where('id', '=', id).executeTakeFirst();
    return row?.state;
  }
}
