import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { RequestChange } from '../../../src/add-inbox/request/request.ts';
import type { Database } from '../../../src/storage/database.ts';
import { StorageError } from '../../../src/storage/database.ts';
import { createBatchRepository } from '../../../src/storage/requests/batches/batch-repository.ts';
import { createDraftRepository } from '../../../src/storage/requests/batches/draft-repository.ts';
import { createRequestRepository } from '../../../src/storage/requests/request-repository.ts';
import { settleRestored } from '../../../src/storage/requests/settle-restored.ts';
import { acceptSample, testSealer } from '../samples.ts';
import { emptyTables, type TestDatabases } from '../test-databases.ts';
import { draftOf, rowsOf } from './batches/batch-set-up.ts';

const TIME = 1_700_000_000_000;

export function describeSettleRestored(databases: TestDatabases) {
  describe(`a restored copy on ${databases.kind}`, () => {
    let db: Database;
    before(async () => {
      db = await databases.open();
    });
    after(() => databases.closeAll());
    beforeEach(() => emptyTables(db));

    const requests = () =>
      createRequestRepository({ db, sealer: testSealer, owner: 'bot', leaseMs: 60_000, now: () => TIME });
    const settle = () => settleRestored(db, testSealer, () => TIME + 1);

    async function add(name: string, ...changes: RequestChange[]): Promise<void> {
      let held = await acceptSample(requests(), name);
      for (const change of changes) held = await requests().advance(held, change);
      await requests().release(held);
    }

    test('ends what was unfinished as not known, without passwords, and leaves the rest as it is', async () => {
      await add('accepted');
      await add('waits', { state: 'announced', waitsFor: 'key', notBefore: TIME + 3_600_000 });
      await db.kysely.updateTable('requests').set({ turn_of: 'f' }).where('id', '=', 'request-waits').execute();
      await add('armed', { state: 'armed' });
      await add('settled', { state: 'settled', outcome: { kind: 'expired' } });
      await add('reported', { state: 'settled', outcome: { kind: 'expired' } }, { state: 'reported' });
      assert.equal(await settle(), 3);
      assert.equal(await settle(), 0, 'it can be repeated');
      for (const name of ['accepted', 'waits', 'armed']) {
        const request = await requests().find('T1', `request-${name}`);
        const { state, outcome, waitsFor, notBefore } = request ?? assert.fail();
        const unknown = { kind: 'unknown', why: 'interrupted', restored: true };
        assert.deepEqual([state, outcome, waitsFor, notBefore], ['settled', unknown, undefined, TIME + 1], name);
      }
      for (const name of ['settled', 'reported']) {
        assert.deepEqual((await requests().find('T1', `request-${name}`))?.outcome, { kind: 'expired' });
      }
      assert.deepEqual(await db.kysely.selectFrom('request_passwords').selectAll().execute(), []);
      const urls = db.kysely.selectFrom('requests').select('id').where('response_url', 'is not', null);
      assert.deepEqual(await urls.execute(), []);
      const entries = await db.kysely.selectFrom('audit_entries').select(['action', 'details']).execute();
      assert.equal(entries.length, 3);
      for (const entry of entries) assert.match(`${entry.action} ${entry.details}`, /inbox_outcome .*"unknown"/);
      const due = await createRequestRepository({
        db,
        sealer: testSealer,
        owner: 'next',
        leaseMs: 60_000,
        now: () => TIME + 1,
      }).claimDue(10);
      assert.deepEqual(
        due.map(({ state }) => state),
        ['settled', 'settled', 'settled', 'settled'],
      );
    });

    test('ends the rows of batches as not known, which the batches report, and holds no draft', async () => {
      const drafts = createDraftRepository({ database: db, sealer: testSealer, now: () => TIME });
      const batches = (owner: string) =>
        createBatchRepository({ database: db, owner, leaseMs: 60_000, now: () => TIME + 1 });
      for (const name of ['waiting', 'running', 'draft']) {
        const draft = draftOf(name, 2, { userId: name });
        await drafts.save(draft);
        if (name !== 'draft') await drafts.confirm(draft, rowsOf(name, 2), TIME + 1_000);
      }
      for (const claimed of await batches('bot').claimDue(9)) {
        const { state } = claimed;
        const next = claimed.id === 'batch-running' ? await batches('bot').start(claimed, 'f') : claimed;
        if (state !== 'draft') await batches('bot').release(next, TIME + 3_600_000);
      }
      assert.equal(await settle(), 4);
      assert.equal(await settle(), 0);
      for (const table of ['request_passwords', 'batch_drafts'] as const) {
        assert.deepEqual(await db.kysely.selectFrom(table).selectAll().execute(), []);
      }
      const rows = await db.kysely
        .selectFrom('requests')
        .select(['state', 'outcome_kind', 'turn_of'])
        .distinct()
        .execute();
      assert.deepEqual(
        rows.map(({ state, outcome_kind, turn_of }) => [state, outcome_kind, turn_of]),
        [['told', 'unknown', null]],
      );
      assert.equal((await drafts.open('T1', 'draft', 'batch-draft')).kind, 'gone');
      const due = await batches('next').claimDue(9);
      assert.deepEqual(due.map(({ id, state }) => [id, state]).toSorted(), [
        ['batch-running', 'running'],
        ['batch-waiting', 'waiting'],
      ]);
      assert.equal((await batches('next').countProgress('batch-running')).counts.unknown, 2);
    });

    test('is settled but for rows that nobody can read, which hold nothing to send either', async () => {
      await add('readable');
      await add('stuck');
      const stuck = db.kysely.updateTable('requests').set({ account: '{}', fence: 2_147_483_647 });
      await stuck.where('id', '=', 'request-stuck').execute();
      assert.equal(await settle(), 1);
      const left = db.kysely.selectFrom('requests').select('id').where('state', '=', 'armed');
      assert.deepEqual(
        (await left.execute()).map(({ id }) => id),
        ['request-stuck'],
      );
      assert.deepEqual(await db.kysely.selectFrom('request_passwords').selectAll().execute(), []);
    });

    test('holds nothing to send once it was interrupted, and can be settled again', async () => {
      await add('accepted');
      let transactions = 0;
      const failing: Database = {
        ...db,
        transaction: (work) => {
          transactions += 1;
          return transactions === 1 ? db.transaction(work) : Promise.reject(new Error('killed'));
        },
      };
      await assert.rejects(
        settleRestored(failing, testSealer, () => TIME),
        /killed/,
      );
      assert.equal((await requests().find('T1', 'request-accepted'))?.state, 'armed', 'which is never sent');
      assert.deepEqual(await db.kysely.selectFrom('request_passwords').selectAll().execute(), []);
      if (databases.kind === 'sqlite') assert.equal(await settle(), 1);
      else await assert.rejects(settle(), /Stop every bot/, 'its lease holds for a minute');
    });

    if (databases.kind === 'postgres') {
      test('that a bot works on is refused, and stays as it is', async () => {
        const held = await acceptSample(requests(), 'held');
        await add('free');
        await assert.rejects(settle(), (error) => {
          assert.ok(error instanceof StorageError);
          assert.match(error.message, /A bot is running on this database/);
          return true;
        });
        await requests().advance(held, { state: 'announced' });
        assert.equal((await requests().find('T1', 'request-free'))?.state, 'accepted');
      });
    }
  });
}
