import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Outcome } from '../../../src/add-inbox/request/outcome.ts';
import type { Announcement } from '../../../src/add-inbox/request/request.ts';
import type { RequestToAccept } from '../../../src/add-inbox/request/submit.ts';
import type { Database } from '../../../src/storage/database.ts';
import { createRequestRepository, type RequestRepository } from '../../../src/storage/requests/request-repository.ts';
import { createRequestStore } from '../../../src/storage/requests/request-store.ts';
import { acceptSample, sampleAccount, sampleRequest, testSealer } from '../samples.ts';
import { emptyTables, type TestDatabases } from '../test-databases.ts';

const ADDED: Outcome = { kind: 'added', account: { ...sampleAccount, inbox_id: 'i', overall_status: 'ACTIVE' } };
const EXISTS: Outcome = { kind: 'exists', reason: '' };
const REFUSED: Outcome = { kind: 'refused', reason: '', fields: [] };
const THREAD: Announcement = { channelId: 'C1', ts: '1.1', surface: 'channel' };
const other = { ...sampleAccount, email_address: 'other@acme.com' };

export function describeRequestRetries(databases: TestDatabases) {
  describe(`requests that are tried again on ${databases.kind}`, () => {
    let db: Database;
    let time: number;
    let requests: RequestRepository;
    const deps = () => ({ sealer: testSealer, owner: 'a', leaseMs: 10_000, now: () => time });
    const latest = async (limit = 10) =>
      (await requests.latest('T1', { limit: limit })).entries.map(({ id }) => id.replace('request-', ''));
    const successorOf = async (name: string) => (await requests.findSuccessor('T1', `request-${name}`))?.id;

    before(async () => {
      db = await databases.open();
    });
    after(() => databases.closeAll());
    beforeEach(async () => {
      await emptyTables(db);
      time = 1_700_000_000_000;
      requests = createRequestRepository({ db, ...deps() });
    });

    /** Accepts one a moment after the one before, and settles it where there is an outcome. */
    async function add(
      name: string,
      outcome: Outcome | undefined,
      change: Partial<RequestToAccept> = {},
    ): Promise<void> {
      time += 1;
      const request = await acceptSample(requests, name, change);
      if (outcome !== undefined) await requests.advance(request, { state: 'settled', outcome });
    }
    const retryOf = (name: string, change: Partial<RequestToAccept> = {}) => ({
      retryOf: `request-${name}`,
      ...change,
    });

    test('latest has one line for what was tried again, the last', async () => {
      await add('1', REFUSED, { announcement: THREAD });
      await add('2', REFUSED, retryOf('1', { announcement: THREAD }));
      await add('fresh', REFUSED);
      await add('3', ADDED, retryOf('2', { account: other, announcement: THREAD }));
      await add('4', undefined, retryOf('1', { account: other, announcement: THREAD }));
      await add('elsewhere', ADDED, retryOf('fresh', { teamId: 'T2' }));
      assert.deepEqual(await latest(), ['4', 'fresh']);
      await add('5', undefined, retryOf('fresh'));
      assert.deepEqual(await latest(), ['5', '4']);
      for (let n = 0; n < 10; n += 1) await add(`n${n}`, REFUSED, retryOf(n === 0 ? '5' : `n${n - 1}`));
      assert.deepEqual(await latest(2), ['n9', '4'], 'however often it was');
    });

    test('latest shows two of the same time that were no retries, and one of two retries', async () => {
      await add('1', REFUSED, { announcement: THREAD });
      time += 1;
      for (const name of ['2', '3']) await acceptSample(requests, name, retryOf('1', { announcement: THREAD }));
      for (const name of ['4', '5']) await acceptSample(requests, name);
      assert.deepEqual(await latest(), ['5', '4', '3']);
    });

    const cases: [what: string, outcome: Outcome | undefined, change: Partial<RequestToAccept>, counts: boolean][] = [
      ['a retry that added it', ADDED, retryOf('1', { account: other }), true],
      ['a retry that found it there', EXISTS, retryOf('1', { account: other }), true],
      ['a retry that is under way', undefined, retryOf('1', { account: other }), true],
      ['a retry that failed', REFUSED, retryOf('1'), false],
      ['a retry of a retry, in its thread', ADDED, { announcement: THREAD, account: other }, true],
      ['the same address from a form of its own', ADDED, {}, true],
      [
        'the same address in other letters',
        ADDED,
        { account: { ...sampleAccount, email_address: 'JANE@acme.com' } },
        true,
      ],
      ['the same address, under way', undefined, {}, true],
      [
        'the same address for another client',
        ADDED,
        { keyName: { kind: 'client', name: 'Acme', channelId: 'C9' } },
        false,
      ],
      ['another address', ADDED, { account: other }, false],
      ['the same in another workspace', ADDED, retryOf('1', { teamId: 'T2' }), false],
    ];
    for (const [what, outcome, change, counts] of cases) {
      test(`${counts ? '' : 'not '}pointless to try again after ${what}`, async () => {
        await add('before', ADDED);
        await add('1', REFUSED, { announcement: THREAD });
        assert.equal(await successorOf('1'), undefined, 'what came before it does not count');
        await add('2', outcome, change);
        assert.equal(await successorOf('1'), counts ? 'request-2' : undefined);
      });
    }

    test('of several the one that added it is named', async () => {
      await add('1', REFUSED);
      await add('2', ADDED, retryOf('1'));
      await add('3', EXISTS, retryOf('1'));
      await add('4', undefined, retryOf('1'));
      assert.equal(await successorOf('1'), 'request-2');
      assert.equal(await successorOf('nothing'), undefined);
    });

    test('a damaged row of the workspace keeps nobody from trying again', async () => {
      await add('1', REFUSED);
      await add('2', undefined, { account: other });
      await db.kysely.updateTable('requests').set({ account: '{"email_addr' }).where('id', '=', 'request-2').execute();
      assert.equal(await successorOf('1'), undefined);
      await add('3', ADDED);
      assert.equal(await successorOf('1'), 'request-3');
    });

    test('an address in somebody’s name is none', async () => {
      await add('1', REFUSED);
      await add('2', ADDED, { account: { ...other, display_name: '"email_address":"jane@acme.com"' } });
      assert.equal(await successorOf('1'), undefined);
    });

    test('of two who try it again at once one is accepted, and submitting that view again is no other try', async () => {
      const store = createRequestStore({ database: db, ...deps() });
      // The last on replicas whose clocks are behind.
      for (const [name, behindMs] of Object.entries({ 1: 0, 2: 0, 3: 60_000 })) {
        await add(name, REFUSED, { account: { ...sampleAccount, email_address: `${name}@acme.com` } });
        time -= behindMs;
        const tries = ['a', 'b', 'c', 'd'].map((who) => sampleRequest(`${name}${who}`, retryOf(name)));
        const accepted = await Promise.all(tries.map((input) => store.accept(input)));
        const [first, ...others] = accepted.filter(({ kind }) => kind === 'accepted');
        assert.ok(first);
        assert.deepEqual(others, []);
        const superseded = accepted.filter(({ kind }) => kind === 'superseded');
        assert.deepEqual(
          superseded.map(({ request }) => request.id),
          Array(3).fill(first.request.id),
        );
        const again = await store.accept(sampleRequest('again', { ...retryOf(name), viewId: first.request.viewId }));
        assert.deepEqual([again.kind, again.request.id], ['repeated', first.request.id]);
        await requests.advance({ ...first.request, fence: 1 }, { state: 'settled', outcome: ADDED });
      }
    });
  });
}
