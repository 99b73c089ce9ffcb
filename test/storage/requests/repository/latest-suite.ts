import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { WORKSPACE } from '../../../../src/add-inbox/keys/key-owner.ts';
import type { Cursor } from '../../../../src/add-inbox/lists/page.ts';
import type { Outcome } from '../../../../src/add-inbox/request/outcome.ts';
import type { LatestQuery } from '../../../../src/storage/requests/lists/list-latest.ts';
import type { RequestRepository } from '../../../../src/storage/requests/request-repository.ts';
import { ROWS_A_PAGE } from '../../../../src/storage/rows/read-page.ts';
import { acceptSample } from '../../samples.ts';
import { acmeIn, type RequestSetUp } from './request-set-up.ts';

const REFUSED: Outcome = { kind: 'refused', reason: '', fields: [] };

export function describeLatest({ db, pass, repositoryOf }: RequestSetUp) {
  test('latest is read page by page, also where many have the same time', async () => {
    const requests = repositoryOf('a');
    for (let n = 0; n < 11; n += 1) {
      await acceptSample(requests, String(n).padStart(2, '0'));
      if (n % 4 === 0) pass(1);
    }
    const all = Array.from({ length: 11 }, (_, n) => String(10 - n).padStart(2, '0'));
    for (const limit of [1, 3, 10, 11, 12]) assert.deepEqual((await readAll(requests, { limit })).found, all);
  });

  test('latest can be narrowed down by client and by outcome; with an outcome it has the rows of batches', async () => {
    const requests = repositoryOf('a');
    const add = async (name: string, outcome: Outcome | undefined, ofAcme: boolean) => {
      pass(1);
      const request = await acceptSample(requests, name, ofAcme ? { keyName: acmeIn('C9') } : {});
      if (outcome !== undefined) await requests.advance(request, { state: 'settled', outcome });
    };
    await add('refused', REFUSED, false);
    await add('acme-refused', REFUSED, true);
    await add('acme-stopped', { kind: 'stopped' }, true);
    await add('acme-row', REFUSED, true);
    await add('acme-waits', undefined, true);
    await add('unknown', { kind: 'unknown', why: 'answer_lost' }, false);
    await db()
      .kysely.updateTable('requests')
      .set({ batch_id: 'B1', line: 1 })
      .where('id', '=', 'request-acme-row')
      .execute();

    const find = async (query: Omit<LatestQuery, 'limit'>) => (await readAll(requests, { ...query, limit: 2 })).found;
    const acme = { kind: 'client', name: 'Acme' } as const;
    assert.deepEqual(await find({}), ['unknown', 'acme-waits', 'acme-stopped', 'acme-refused', 'refused']);
    assert.deepEqual(await find({ owner: acme }), ['acme-waits', 'acme-stopped', 'acme-refused']);
    assert.deepEqual(await find({ owner: WORKSPACE }), ['unknown', 'refused']);
    assert.deepEqual(await find({ outcome: 'not_added' }), ['acme-row', 'acme-stopped', 'acme-refused', 'refused']);
    assert.deepEqual(await find({ owner: acme, outcome: 'not_added' }), ['acme-row', 'acme-stopped', 'acme-refused']);
    assert.deepEqual(await find({ outcome: 'under_way' }), ['acme-waits']);
    assert.deepEqual(await find({ outcome: 'unknown' }), ['unknown']);
    assert.deepEqual(await find({ outcome: 'added' }), []);
  });

  test('a page of latest reads so many rows and no more, and the next goes on there', async () => {
    const requests = repositoryOf('a');
    await requests.advance(await acceptSample(requests, 'rare'), { state: 'settled', outcome: REFUSED });
    pass(1);
    await acceptSample(requests, 'row');
    await copyRow(2 * ROWS_A_PAGE + 10);
    const { found, pages } = await readAll(requests, { limit: 10 });
    assert.deepEqual(found, ['rare']);
    assert.equal(pages, 3);
  });

  test('threads are found by the ids of requests; the thread of a row is that of its batch', async () => {
    const requests = repositoryOf('a');
    const announcement = { channelId: 'C1', ts: '1.1', surface: 'channel' } as const;
    await acceptSample(requests, 'single', { announcement });
    await acceptSample(requests, 'row');
    await acceptSample(requests, 'quiet');
    const { kysely } = db();
    await kysely.updateTable('requests').set({ batch_id: 'B1', line: 1 }).where('id', '=', 'request-row').execute();
    await sql`
      insert into batches (id, team_id, user_id, channel_id, key_channel_id, client, state, total, announcement_channel,
        announcement_ts, announcement_place, results_posted, not_before, tries, created_at, fence)
      values ('B1', 'T1', 'U9', 'C2', '', '', 'running', 1, 'C2', '2.2', 'channel', 0, 0, 0, 1, 1)
    `.execute(kysely);
    const ids = ['request-single', 'request-row', 'request-quiet', 'B1', 'nothing'];
    const found = await requests.findThreads('T1', ids);
    const ofBatch = { channelId: 'C2', ts: '2.2', surface: 'channel' };
    assert.deepEqual(
      new Map(found.map((thread) => [thread.id, thread])),
      new Map<string, unknown>([
        ['request-single', { id: 'request-single', userId: 'U1', announcement }],
        ['request-row', { id: 'request-row', userId: 'U1', announcement: ofBatch }],
        ['request-quiet', { id: 'request-quiet', userId: 'U1', announcement: undefined }],
        ['B1', { id: 'B1', userId: 'U9', announcement: ofBatch }],
      ]),
    );
    assert.deepEqual(await requests.findThreads('T2', ids), []);
  });

  async function readAll(requests: RequestRepository, query: LatestQuery) {
    const found: string[] = [];
    let before: Cursor | undefined;
    for (let pages = 1; ; pages += 1) {
      const { entries, next } = await requests.latest('T1', { ...query, before });
      found.push(...entries.map(({ id }) => id.replace('request-', '')));
      if (next === undefined) return { found, pages };
      before = next;
    }
  }

  /** Makes the row of a batch and so many others, each a moment later than the one before. */
  async function copyRow(count: number): Promise<void> {
    const { kysely } = db();
    await kysely.updateTable('requests').set({ batch_id: 'B1', line: 1 }).where('id', '=', 'request-row').execute();
    await sql`
      insert into requests (
        id, view_id, accepted_at, team_id, user_id, channel_id, state, account, not_before, tries, fence, batch_id, line
      )
      with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ${sql.lit(count)})
      select 'copy-' || n, 'copy-' || n, accepted_at + n, team_id, user_id, channel_id, state, account, not_before, tries,
        fence, batch_id, n
      from numbers, requests where id = 'request-row'
    `.execute(kysely);
  }
}
