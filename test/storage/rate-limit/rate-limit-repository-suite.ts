import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type CompiledQuery, sql } from 'kysely';
import { WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import { CommitInDoubtError } from '../../../src/add-inbox/request/commit-in-doubt-error.ts';
import { type ClaimedRequest, LeaseLostError } from '../../../src/add-inbox/request/request.ts';
import { type RateLimit, windowMs } from '../../../src/add-inbox/worker/rate-limit.ts';
import type { Database } from '../../../src/storage/database.ts';
import { createKeyBudget } from '../../../src/storage/rate-limit/key-budget.ts';
import {
  createRateLimitRepository,
  type RateLimitRepositoryDeps,
} from '../../../src/storage/rate-limit/rate-limit-repository.ts';
import { createRequestRepository, type RequestRepository } from '../../../src/storage/requests/request-repository.ts';
import { recordQueries } from '../requests/record-queries.ts';
import { acceptSample, testSealer } from '../samples.ts';
import { emptyTables, type TestDatabases } from '../test-databases.ts';

const KEY = 'fingerprint-1';
const OTHER_KEY = 'fingerprint-2';
const DAY = 24 * 60 * 60 * 1000;
const ONE_A_MINUTE: RateLimit[] = [{ requests: 1, seconds: 60 }];
const TWO_WINDOWS: RateLimit[] = [
  { requests: 3, seconds: 10 },
  { requests: 5, seconds: 100 },
];

export function describeRateLimitRepository(databases: TestDatabases) {
  describe(`slot repository on ${databases.kind}`, () => {
    let db: Database;
    /** What has passed in the eyes of the test. PostgreSQL's own clock goes on; there the stored times are moved instead. */
    let passed: number;
    const started = Date.now();
    before(async () => {
      db = await databases.open();
    });
    after(() => databases.closeAll());
    beforeEach(async () => {
      await emptyTables(db);
      passed = 0;
    });

    const now = () => (databases.kind === 'postgres' ? Date.now() : started) + passed;

    async function pass(ms: number) {
      passed += ms;
      if (databases.kind === 'sqlite') return;
      await sql`update coldsend_turns set taken_at = taken_at - ${ms}`.execute(db.kysely);
      await sql`update coldsend_budgets set blocked_until = blocked_until - ${ms}`.execute(db.kysely);
    }

    function open(limits: RateLimit[], deps: Partial<RateLimitRepositoryDeps> = {}) {
      const held = { sealer: testSealer, owner: 'a', leaseMs: 60_000, now, ...deps };
      return {
        slots: createRateLimitRepository({ database: db, limits, ...held }),
        requests: createRequestRepository({ db, ...held }),
      };
    }

    async function announce(requests: RequestRepository, name: string, of: { teamId?: string; userId?: string } = {}) {
      return requests.advance(await acceptSample(requests, name, of), { state: 'announced' });
    }

    /** Takes a slot for a new request, or leaves it in the queue, released. */
    async function enter(
      { slots, requests }: ReturnType<typeof open>,
      name: string,
      of: { teamId?: string; userId?: string; key?: string } = {},
    ) {
      const { key = KEY, ...whose } = of;
      const slot = await slots.take(await announce(requests, name, whose), key);
      if (slot.kind === 'waits') await requests.advance(slot.request, {}, { release: true });
      return slot;
    }

    async function claim({ slots }: ReturnType<typeof open>, limit = 100): Promise<string[]> {
      return (await slots.claimQueued(limit)).armed.map(({ id }) => id.replace('request-', ''));
    }

    test('a free slot arms the request, counts, and is all that is written', async () => {
      const recorded = recordQueries(db);
      const bot = open(ONE_A_MINUTE, { database: recorded.database });
      const claimed = await announce(bot.requests, '1');
      const slot = await bot.slots.take(claimed, KEY);
      assert.equal(slot.kind, 'armed');
      assert.deepEqual(slot.request, { ...claimed, state: 'armed' });
      assert.equal((await bot.requests.find('T1', 'request-1'))?.state, 'armed');
      assert.deepEqual(await bot.slots.countLeft(), [{ seconds: 60, left: 0 }]);
      const inTake = recorded.queries.slice(
        0,
        recorded.queries.findIndex(({ sql }) => /update "requests"/.test(sql)) + 1,
      );
      assert.equal(inTake.length, databases.kind === 'sqlite' ? 3 : 4, inTake.map(({ sql }) => sql).join('\n'));
    });

    test('without one the request waits until one is free, and is armed then, held by whoever claimed it', async () => {
      const bot = open(ONE_A_MINUTE);
      await enter(bot, '1');
      const slot = await bot.slots.take(await announce(bot.requests, '2'), KEY);
      assert.equal(slot.kind, 'waits');
      assert.equal(slot.request.state, 'announced');
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

    test('who comes while others wait stands behind them, even where a slot is free', async () => {
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

    test('no window is ever exceeded, and each is used up, whatever many owners do at once', async () => {
      const owners = databases.kind === 'postgres' ? ['a', 'b', 'c'] : ['a'];
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
        const taken = db.kysely.selectFrom('coldsend_turns').select('taken_at').where('key_fingerprint', '=', key);
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

      test('and what is told is when the slot comes in that order', async () => {
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

    test('a slot is taken when it is taken, however long it was waited for', async () => {
      const bot = open(ONE_A_MINUTE);
      const claimed = await announce(bot.requests, '1');
      const mayEnd = Promise.withResolvers<void>();
      const occupied = Promise.withResolvers<void>();
      const occupying = db.transaction(async (within) => {
        await createKeyBudget(within, KEY, { limits: ONE_A_MINUTE, steadyNow: now }).lock();
        occupied.resolve();
        await mayEnd.promise;
      });
      await occupied.promise;
      const taking = bot.slots.take(claimed, KEY);
      passed += 5_000;
      const before = now();
      mayEnd.resolve();
      await occupying;
      const slot = await taking;
      assert.ok(slot.kind === 'armed' && slot.slot.takenAt >= before);
    });

    test('what may have been armed by a commit in doubt can be released, and is not taken for interrupted', async () => {
      const bot = open(ONE_A_MINUTE);
      await enter(bot, '1');
      await enter(bot, '2');
      await pass(61_500);
      let isLost = true;
      const doubtful: Database = {
        ...db,
        transaction: async (work) => {
          const result = await db.transaction(work);
          if (isLost) throw new CommitInDoubtError(new Error('no answer'));
          return result;
        },
      };
      const { slots, requests } = open(ONE_A_MINUTE, { database: doubtful });
      const { armed, perhapsArmed, failure } = await slots.claimQueued(10);
      assert.ok(failure instanceof CommitInDoubtError);
      assert.deepEqual([armed, perhapsArmed.map(({ id }) => id)], [[], ['request-2']]);
      assert.equal((await requests.find('T1', 'request-2'))?.state, 'armed');
      isLost = false;
      for (const each of perhapsArmed) await requests.advance(each, { state: 'announced' }, { release: true });
      assert.equal((await requests.find('T1', 'request-2'))?.state, 'announced');
      assert.deepEqual(
        (await requests.claimDue(10)).map(({ id }) => id),
        ['request-2'],
      );
    });

    test('of several keys one whose slots can not be taken does not lose what is armed already', async () => {
      const bot = open(ONE_A_MINUTE);
      for (const key of [KEY, OTHER_KEY]) {
        await enter(bot, `first ${key}`, { key });
        await enter(bot, `waits ${key}`, { key });
      }
      await pass(61_500);
      let transactions = 0;
      const failing: Database = {
        ...db,
        transaction: (work) => {
          transactions += 1;
          return transactions === 2 ? Promise.reject(new Error('the database is away')) : db.transaction(work);
        },
      };
      const { slots } = open(ONE_A_MINUTE, { database: failing });
      const first = await slots.claimQueued(10);
      const second = await slots.claimQueued(10);
      assert.deepEqual([first.armed.length, second.armed.length], [1, 1]);
    });

    test('who waits for much longer than was told is told anew', async () => {
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

    test('who waits for a day leaves the queue to expire, and holds nobody up', async () => {
      const bot = open(ONE_A_MINUTE);
      await enter(bot, '0');
      const old = await enter(bot, 'old');
      await bot.slots.block(KEY, 100_000);
      await pass(DAY - 30_000);
      await bot.slots.block(KEY, 100_000);
      const young = await enter(bot, 'young');
      assert.equal(young.kind, 'waits');
      const again = await bot.slots.take((await bot.requests.claimDue(10))[0] ?? assert.fail(), KEY);
      assert.equal(again.request.notBefore, old.request.acceptedAt + DAY, 'told no later time than that');
      await bot.requests.release(again.request);
      await pass(101_000);
      assert.deepEqual(await claim(bot), ['young']);
      assert.deepEqual(
        (await bot.requests.claimDue(10)).map(({ id }) => id),
        ['request-old'],
      );
    });

    test('a new key takes those who wait out of the queue of the old one', async () => {
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
      await sql`update requests set account = '{}' where id = 'request-1'`.execute(db.kysely);
      await pass(1_000);
      assert.deepEqual(await claim(bot), ['2']);
      assert.deepEqual(await claim(bot), ['3']);
      assert.deepEqual(unreadable, ['request-1']);
      assert.equal(await stateOf('request-1'), 'announced');
    });

    async function stateOf(id: string) {
      const row = await db.kysely.selectFrom('requests').select('state').where('id', '=', id).executeTakeFirst();
      return row?.state;
    }

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

      if (databases.kind === 'sqlite') {
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

    test('the check of a key counts, and waits for nobody: without a slot there is none', async () => {
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

    test('checks at once take no more slots than there are', async () => {
      const bots = ['a', 'b', 'c'].map((owner) => open([{ requests: 4, seconds: 60 }], { owner }));
      const checks = await Promise.all(
        Array.from({ length: 12 }, (_, n) => bots[n % 3]?.slots.reserveForKeyCheck(KEY)),
      );
      assert.equal(checks.filter((taken) => taken === true).length, 4);
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
        const countsFrom = taken.slot.countsFrom - (databases.kind === 'postgres' ? lateMs : 0);
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
      const back = databases.kind === 'postgres' ? 30_000 : 0;
      await bot.slots.recordSend(late, { ...late.slot, countsFrom: late.slot.countsFrom - back });
      assert.deepEqual(await bot.slots.countLeft(), [{ seconds: 60, left: 2 }]);
      await pass(31_100);
      assert.deepEqual(await bot.slots.countLeft(), [{ seconds: 60, left: 3 }]);
      await bot.slots.recordSend(late, { ...late.slot, countsFrom: 1 });
      assert.deepEqual(await bot.slots.countLeft(), [{ seconds: 60, left: 2 }]);
    });

    test('countLeft tells of each window what the key has left that has the least', async () => {
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

    test('deleteOld deletes what no window counts, and nothing else', async () => {
      const bot = open(TWO_WINDOWS);
      assert.equal(await bot.slots.deleteOld(), 0);
      await enter(bot, '1');
      await bot.slots.block(OTHER_KEY, 1_000);
      await pass(60_000);
      await enter(bot, '2');
      await pass(42_000);
      assert.equal(await bot.slots.deleteOld(), 1);
      assert.equal(await bot.slots.deleteOld(), 0);
      assert.deepEqual(await bot.slots.countLeft(), [
        { seconds: 10, left: 3 },
        { seconds: 100, left: 4 },
      ]);
      assert.deepEqual(await db.kysely.selectFrom('coldsend_budgets').selectAll().execute(), []);
    });

    test('with nothing stored there is nothing to do', async () => {
      const bot = open(TWO_WINDOWS);
      const none = { armed: [], perhapsArmed: [], nextAt: undefined, failure: undefined };
      assert.deepEqual(await bot.slots.claimQueued(10), none);
      assert.equal(await bot.slots.deleteOld(), 0);
    });

    test('no query reads all requests or all slots', async () => {
      await fillTables(db, now());
      const { database, queries } = recordQueries(db);
      const bot = open(TWO_WINDOWS, { database });
      await enter(bot, '1');
      await bot.slots.block(KEY, 1_000);
      await enter(bot, '2');
      await pass(1_001);
      assert.deepEqual(await claim(bot), ['2']);
      await bot.slots.reserveForKeyCheck(KEY);
      await bot.slots.deleteOld();
      assert.ok(queries.length > 15);
      for (const query of queries) assert.deepEqual(await fullReads(db, query), [], query.sql);
    });
  });
}

/** Real time goes on a little on PostgreSQL. */
function near(actual: number, expected: number) {
  assert.ok(Math.abs(actual - expected) < 1_000, `${actual} is ${actual - expected} ms off`);
}

/** Finished requests and other keys' slots, far more than what the queries are after. */
async function fillTables(db: Database, time: number) {
  const series =
    db.kind === 'postgres'
      ? sql`generate_series(1, 5000) as numbers (n)`
      : sql`(with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 5000) select n from numbers)`;
  await sql`
    insert into requests (id, team_id, user_id, view_id, channel_id, state, account, not_before, tries, accepted_at, fence,
      told_at, key_channel_id, client)
    select 'filler-' || n, 'T9', 'U9', 'view-' || n, 'C9', 'told', '{}', ${sql.lit(time)}, 0, ${sql.lit(time)}, 1, ${sql.lit(time)}, '', ''
    from ${series}
  `.execute(db.kysely);
  await sql`
    insert into coldsend_turns (key_fingerprint, taken_at, place)
    select 'filler-' || (n % 50), ${sql.lit(time)} - n, 0 from ${series}
  `.execute(db.kysely);
  await sql`analyze`.execute(db.kysely);
}

/** The lines of a query's plan that read one of the large tables from beginning to end. */
async function fullReads(db: Database, query: CompiledQuery): Promise<string[]> {
  const prefix = db.kind === 'postgres' ? 'explain ' : 'explain query plan ';
  const explained: CompiledQuery = { ...query, sql: prefix + query.sql };
  const { rows } = await db.kysely.executeQuery<Record<string, unknown>>(explained);
  const lines = rows.map((row) => String(row['QUERY PLAN'] ?? row.detail));
  const fullRead =
    db.kind === 'postgres' ? /Seq Scan on (requests|coldsend_turns)/ : /^SCAN (requests|coldsend_turns)\b(?!.*INDEX)/;
  return lines.filter((line) => fullRead.test(line));
}
