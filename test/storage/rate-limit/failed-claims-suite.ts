import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommitInDoubtError } from '../../../src/add-inbox/request/commit-in-doubt-error.ts';
import type { Database } from '../../../src/storage/database.ts';
import { KEY, ONE_A_MINUTE, OTHER_KEY, type RateLimitSetUp } from './rate-limit-set-up.ts';

export function describeFailedClaims({ db, pass, open, enter }: RateLimitSetUp) {
  test('what may have been armed by a commit in doubt can be released, and is not taken for interrupted', async () => {
    const bot = open(ONE_A_MINUTE);
    await enter(bot, '1');
    await enter(bot, '2');
    await pass(61_500);
    let isLost = true;
    const doubtful: Database = {
      ...db(),
      transaction: async (work) => {
        const result = await db().transaction(work);
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
      ...db(),
      transaction: (work) => {
        transactions += 1;
        return transactions === 2 ? Promise.reject(new Error('the database is away')) : db().transaction(work);
      },
    };
    const { slots } = open(ONE_A_MINUTE, { database: failing });
    const first = await slots.claimQueued(10);
    const second = await slots.claimQueued(10);
    assert.deepEqual([first.armed.length, second.armed.length], [1, 1]);
  });

  test('a slot whose commit was refused is there for the next try', async () => {
    const bot = open(ONE_A_MINUTE);
    await bot.slots.block(KEY, 1_000);
    await enter(bot, '1');
    await pass(1_001);
    let isRefused = true;
    const refusing: Database = {
      ...db(),
      transaction: (work) =>
        db().transaction(async (within) => {
          const result = await work(within);
          if (isRefused) throw new Error('the commit was refused');
          return result;
        }),
    };
    const { slots } = open(ONE_A_MINUTE, { database: refusing });
    assert.ok((await slots.claimQueued(10)).failure);
    isRefused = false;
    assert.deepEqual(
      (await slots.claimQueued(10)).armed.map(({ id }) => id),
      ['request-1'],
    );
  });
}
