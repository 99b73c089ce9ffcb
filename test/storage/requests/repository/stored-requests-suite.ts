import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptSample } from '../../samples.ts';
import type { RequestSetUp } from './request-set-up.ts';

export function describeStoredRequests({ db, now, pass, repositoryOf }: RequestSetUp) {
  test('latest gives the last requests of the workspace, the newest first', async () => {
    const requests = repositoryOf('a');
    for (const name of ['1', '2', '3']) {
      await acceptSample(requests, name);
      pass(1);
    }
    await acceptSample(requests, 'elsewhere', { teamId: 'T2' });
    assert.deepEqual(
      (await requests.latest('T1', { limit: 2 })).entries.map(({ id }) => id),
      ['request-3', 'request-2'],
    );
    assert.deepEqual((await requests.latest('T3', { limit: 2 })).entries, []);
  });

  test('deleteFinishedBefore deletes what was reported before, however much, and nothing else', async () => {
    const requests = repositoryOf('a');
    await acceptSample(requests, 'unfinished');
    await requests.advance(await acceptSample(requests, 'settled'), {
      state: 'settled',
      outcome: { kind: 'expired' },
    });
    const old = await acceptSample(requests, 'old');
    await requests.advance(old, { state: 'reported', reportedAt: now() - 1 });
    await requests.advance(await acceptSample(requests, 'new'), { state: 'reported' });
    const {
      id: _id,
      view_id: _viewId,
      ...copied
    } = await db().kysely.selectFrom('requests').selectAll().where('id', '=', 'request-old').executeTakeFirstOrThrow();
    const many = Array.from({ length: 600 }, (_, n) => ({ ...copied, id: `many-${n}`, view_id: `many-${n}` }));
    await db().kysely.insertInto('requests').values(many).execute();

    const pieces = [await requests.deleteFinishedBefore(now())];
    while (pieces.at(-1) !== 0) pieces.push(await requests.deleteFinishedBefore(now()));
    assert.deepEqual(pieces, [100, 100, 100, 100, 100, 100, 1, 0]);
    assert.deepEqual((await requests.latest('T1', { limit: 10 })).entries.map(({ id }) => id).sort(), [
      'request-new',
      'request-settled',
      'request-unfinished',
    ]);
  });

  test('countWaiting counts what waits, by what for', async () => {
    const requests = repositoryOf('a');
    for (const [name, waitsFor] of [
      ['1', 'key'],
      ['2', 'key'],
      ['3', 'unavailable'],
      ['4', undefined],
    ] as const) {
      await requests.advance(await acceptSample(requests, name), { waitsFor });
    }
    await requests.advance(await acceptSample(requests, '5'), { state: 'reported', waitsFor: 'key' });
    assert.deepEqual(await requests.countWaiting(), {
      no_connection: 0,
      unavailable: 1,
      rate_limited: 0,
      key: 2,
      password: 0,
    });
  });

  test('countByState counts the unfinished ones and knows the oldest of each state', async () => {
    const requests = repositoryOf('a');
    const none = { count: 0, oldestAcceptedAt: undefined };
    const all = { accepted: none, announced: none, armed: none, settled: none, set_aside: none };
    assert.deepEqual(await requests.countByState(), all);
    const oldest = now();
    await acceptSample(requests, '1');
    pass(5);
    await acceptSample(requests, '2', { teamId: 'T2' });
    await requests.advance(await acceptSample(requests, '3'), { state: 'armed' });
    await requests.advance(await acceptSample(requests, '4'), { state: 'reported' });
    assert.deepEqual(await requests.countByState(), {
      accepted: { count: 2, oldestAcceptedAt: oldest },
      announced: none,
      armed: { count: 1, oldestAcceptedAt: now() },
      settled: none,
      set_aside: none,
    });
  });
}
