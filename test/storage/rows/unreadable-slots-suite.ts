import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRateLimitRepository } from '../../../src/storage/rate-limit/rate-limit-repository.ts';
import { createRequestRepository } from '../../../src/storage/requests/request-repository.ts';
import { acceptSample, testSealer } from '../samples.ts';
import { emptyTables } from '../test-databases.ts';
import { BEYOND, LARGEST, SMALLEST, type UnreadableSetUp } from './unreadable-set-up.ts';

export function describeUnreadableSlots({ kind, db, now, pass, set }: UnreadableSetUp) {
  test('slots and blocks of absurd times keep nobody from a slot for long', async () => {
    const deps = { sealer: testSealer, owner: 'a', leaseMs: 60_000, now: Date.now };
    const slots = createRateLimitRepository({ database: db(), limits: [{ requests: 5, seconds: 60 }], ...deps });
    const requests = createRequestRepository({ db: db(), ...deps });
    for (const at of [BEYOND, LARGEST, SMALLEST]) {
      await emptyTables(db());
      await db()
        .kysely.insertInto('coldsend_turns')
        .values({ key_fingerprint: 'key', taken_at: 0, place: 0 })
        .execute();
      await set('coldsend_turns', 'taken_at', at, 'key', 'key_fingerprint');
      await db().kysely.insertInto('coldsend_budgets').values({ key_fingerprint: 'key', blocked_until: 0 }).execute();
      await set('coldsend_budgets', 'blocked_until', at, 'key', 'key_fingerprint');
      const announced = await requests.advance(await acceptSample(requests, '1'), { state: 'announced' });
      assert.equal((await slots.take(announced, 'key')).kind, 'armed', at);
      await requests.release(await requests.advance(await acceptSample(requests, '2'), { state: 'announced' }));
      await set('requests', 'turn_of', "'key'", 'request-2');
      assert.equal((await slots.claimQueued(5)).armed.length, 1, at);
      await slots.countLeft();
      await slots.deleteOld();
    }
  });

  test('a slot whose time is no number counts as taken now, and not for ever', {
    skip: kind === 'postgres',
  }, async () => {
    const deps = { sealer: testSealer, owner: 'a', leaseMs: 60_000, now };
    const slots = createRateLimitRepository({ database: db(), limits: [{ requests: 1, seconds: 60 }], ...deps });
    await db().kysely.insertInto('coldsend_turns').values({ key_fingerprint: 'key', taken_at: 0, place: 0 }).execute();
    await set('coldsend_turns', 'taken_at', "'soon'", 'key', 'key_fingerprint');
    assert.equal(await slots.reserveForKeyCheck('key'), false);
    pass(62_000);
    assert.equal(await slots.reserveForKeyCheck('key'), true);
  });
}
