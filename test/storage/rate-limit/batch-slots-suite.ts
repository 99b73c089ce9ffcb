import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RateLimit } from '../../../src/add-inbox/worker/rate-limit.ts';
import { recordQueries } from '../requests/record-queries.ts';
import { DAY, KEY, near, ONE_A_MINUTE, type RateLimitSetUp } from './rate-limit-set-up.ts';

/** Rows of batches may use 19 of them. */
const TWENTY_A_MINUTE: RateLimit[] = [{ requests: 20, seconds: 60 }];

export function describeBatchSlots({ db, now, pass, open, announce, enter, claim }: RateLimitSetUp) {
  const rowOf = (userId: string) => ({ userId, batch: { id: `batch-of-${userId}`, line: 1 } });

  /** Queues them, one after the other, while nobody gets a slot. The next slot is a second away. */
  async function queue(bot: ReturnType<typeof open>, ...entries: [name: string, of: Parameters<typeof enter>[2]][]) {
    await bot.slots.block(KEY, 1_000 + entries.length);
    for (const [name, of] of entries) {
      await enter(bot, name, of);
      await pass(1);
    }
    await pass(1_000);
  }

  function rows(count: number, userId = 'A'): [string, ReturnType<typeof rowOf>][] {
    return Array.from({ length: count }, (_, n) => [`${userId}${n + 1}`, rowOf(userId)]);
  }

  describe('of slots for batches', () => {
    test('single inboxes get theirs before rows that were queued earlier, and are told the time of that', async () => {
      const bot = open(ONE_A_MINUTE);
      await enter(bot, '0');
      for (const [name, of] of rows(3)) await enter(bot, name, of);
      for (const [name, slot] of [
        ['single1', 1],
        ['single2', 2],
      ] as const) {
        const { request } = await enter(bot, name, { userId: 'A' });
        near(request.notBefore, now() + slot * 61_000);
        await pass(1);
      }
      for (const name of ['single1', 'single2', 'A1']) {
        await pass(61_000);
        assert.deepEqual(await claim(bot), [name]);
      }
    });

    test('a person’s rows do not count as their earlier inboxes', async () => {
      const bot = open([{ requests: 3, seconds: 60 }]);
      await queue(bot, ...rows(3), ['a1', { userId: 'A' }], ['a2', { userId: 'A' }], ['b1', { userId: 'B' }]);
      assert.deepEqual(await claim(bot), ['a1', 'b1', 'a2']);
    });

    test('two batches of one key take turns by person', async () => {
      const bot = open([{ requests: 5, seconds: 60 }]);
      await queue(bot, ...rows(4), ...rows(3, 'B'));
      assert.deepEqual(await claim(bot), ['A1', 'B1', 'A2', 'B2']);
      await pass(61_000);
      assert.deepEqual(await claim(bot), ['A3', 'B3', 'A4']);
    });

    test('rows leave 5 % to single inboxes, which take them while rows are queued', async () => {
      const bot = open(TWENTY_A_MINUTE);
      await queue(bot, ...rows(40));
      assert.equal((await claim(bot)).length, 19);
      const { armed, nextAt } = await bot.slots.claimQueued(100);
      assert.deepEqual(armed, []);
      near(nextAt ?? 0, now() + 61_000);
      assert.equal((await enter(bot, 'single1')).kind, 'armed');
      await pass(1);
      const second = await enter(bot, 'single2');
      assert.equal(second.kind, 'waits');
      near(second.request.notBefore, now() + 61_000);
      await pass(61_100);
      const then = await claim(bot);
      assert.deepEqual([then[0], then.length], ['single2', 19]);
      assert.deepEqual(await bot.slots.countLeft(), [{ seconds: 60, left: 1 }]);
    });

    test('of the slots left to single inboxes, rows get none either where more single inboxes came', async () => {
      const bot = open(TWENTY_A_MINUTE);
      for (let n = 1; n <= 19; n += 1) await enter(bot, `${n}`);
      await queue(bot, ...rows(2));
      assert.deepEqual(await claim(bot), []);
      assert.equal((await enter(bot, 'single')).kind, 'armed');
    });

    test('each limit keeps its room, and the next slot of a row is when all have it again', async () => {
      const bot = open([
        { requests: 2, seconds: 10 },
        { requests: 4, seconds: 100 },
      ]);
      await queue(bot, ...rows(4));
      for (const name of ['A1', 'A2', 'A3']) {
        assert.deepEqual(await claim(bot), [name]);
        await pass(10_401);
      }
      const { armed, nextAt } = await bot.slots.claimQueued(100);
      assert.deepEqual(armed, []);
      near(nextAt ?? 0, now() + 101_000 - 3 * 10_401);
      assert.equal((await enter(bot, 'single')).kind, 'armed');
    });

    test('a row is armed at once where nothing is queued and room is left', async () => {
      const bot = open(TWENTY_A_MINUTE);
      const kinds: string[] = [];
      for (const [name, of] of rows(20)) kinds.push((await enter(bot, name, of)).kind);
      assert.deepEqual(kinds, [...Array(19).fill('armed'), 'waits']);
      await pass(61_000);
      assert.equal((await enter(bot, 'late', rowOf('B'))).kind, 'waits', 'behind a row');
    });

    test('a row goes behind a single inbox that is queued', async () => {
      const bot = open(TWENTY_A_MINUTE);
      await queue(bot, ['single', { userId: 'B' }]);
      assert.equal((await enter(bot, 'row', rowOf('A'))).kind, 'waits');
    });

    test('a queued row is looked at again when it expires or after a day, and its slot is not estimated', async () => {
      const { database, queries } = recordQueries(db());
      const bot = open(ONE_A_MINUTE, { database });
      await enter(bot, '0');
      for (const [name, expiresAt, notBefore] of [
        ['soon', now() + 1_000, now() + 1_000],
        ['later', now() + 3 * DAY, now() + DAY],
      ] as const) {
        const row = await announce(bot.requests, name, rowOf('A'));
        const { request } = await bot.slots.take({ ...row, expiresAt }, KEY);
        near(request.notBefore, notBefore);
        await bot.requests.release(request);
      }
      assert.deepEqual(
        queries.filter(({ sql }) => sql.includes('row_number')),
        [],
      );
    });

    test('a row that has its slot is due at once for whoever takes it over, though it was queued for a day', async () => {
      const bot = open(TWENTY_A_MINUTE);
      await queue(bot, ...rows(1));
      assert.deepEqual(await claim(bot), ['A1']);
      await db().kysely.updateTable('requests').set({ lease_owner: null, lease_until: null }).execute();
      const taken = await bot.requests.claimDue(10);
      assert.deepEqual(
        taken.map(({ id, state }) => [id, state]),
        [['request-A1', 'armed']],
      );
    });

    test('rows that have all their places hold up no single inbox of the same person, and of the same key', async () => {
      const bot = open(TWENTY_A_MINUTE);
      for (const [name, of] of rows(2)) await enter(bot, name, of);
      await queue(bot, ['A9', rowOf('A')], ['a1', { userId: 'A' }], ['a2', { userId: 'A' }], ['a3', { userId: 'A' }]);
      const { armed, nextAt } = await bot.slots.claimQueued(100, { person: 2, key: 2, workspace: 2 });
      assert.deepEqual([armed.map(({ id }) => id), nextAt], [['request-a1', 'request-a2'], undefined]);
    });
  });

  test('estimateEnd is when the last of so many rows gets a slot, after those taken and after a block', async () => {
    const bot = open(TWENTY_A_MINUTE);
    const endsAfter = async (count: number) => (await bot.slots.estimateEnd(KEY, count)) - now();
    near(await endsAfter(19), 0);
    near(await endsAfter(20), 61_000);
    near(await endsAfter(39), 2 * 61_000);
    for (let n = 1; n <= 5; n += 1) await enter(bot, `${n}`);
    await pass(10_000);
    near(await endsAfter(14), 0);
    near(await endsAfter(15), 51_000);
    await bot.slots.block(KEY, 30_000);
    near(await endsAfter(1), 30_000);
    near(await endsAfter(20), 91_000);
  });
}
