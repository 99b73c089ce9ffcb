import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Database } from '../../../src/storage/database.ts';
import { prepareQuery } from '../../../src/storage/rows/prepare-query.ts';
import { QueryOutsideTransactionError } from '../../../src/storage/transactions.ts';
import type { TestDatabases } from '../test-databases.ts';

export function describePrepareQuery(databases: TestDatabases) {
  describe(`prepared queries on ${databases.kind}`, () => {
    let db: Database;
    let built = 0;
    const insert = prepareQuery((kysely, { id, sealed }: { id: string; sealed: string }) =>
      kysely.insertInto('request_passwords').values({ request_id: id, sealed }),
    );
    const find = prepareQuery((kysely, { first, second }: { first: string; second: string }) => {
      built += 1;
      return kysely.selectFrom('request_passwords').selectAll().where('request_id', 'in', [first, 'fixed', second]);
    });
    before(async () => {
      db = await databases.open();
      for (const id of ['a', 'b', 'fixed']) await insert(db, { id, sealed: `of ${id}` });
    });
    after(() => databases.closeAll());

    test('are built once, and each run has the values it was given', async () => {
      const idsOf = async (first: string, second: string) =>
        (await find(db, { first, second })).rows.map(({ request_id }) => request_id).toSorted();
      assert.deepEqual(await idsOf('a', 'x'), ['a', 'fixed']);
      assert.deepEqual(await idsOf('b', 'a'), ['a', 'b', 'fixed']);
      assert.equal(built, 1);
    });

    test('say how many rows they wrote', async () => {
      assert.equal((await insert(db, { id: 'new', sealed: 'x' })).numAffectedRows, 1n);
    });

    test('work in a transaction on its own connection, and are refused on the database itself there', async () => {
      await assert.rejects(
        db.transaction(async (within) => {
          await insert(within, { id: 'undone', sealed: 'x' });
          await find(db, { first: 'a', second: 'b' });
        }),
        QueryOutsideTransactionError,
      );
      assert.equal((await find(db, { first: 'undone', second: 'x' })).rows.length, 1);
    });
  });
}
