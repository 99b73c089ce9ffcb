import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Executor } from '../../../src/storage/database.ts';
import { createRequestRepository } from '../../../src/storage/requests/request-repository.ts';
import { createSealer } from '../../../src/storage/sealing/sealing.ts';
import { QueryOutsideTransactionError } from '../../../src/storage/transactions.ts';
import { acceptSample, testKey } from '../samples.ts';
import type { TestDatabases } from '../test-databases.ts';

export function describeTransactions(databases: TestDatabases) {
  describe('transactions', () => {
    test('commit what was done, and give back what the work returns', async () => {
      const db = await databases.open();
      assert.equal(await db.transaction((within) => note(within, 'x').then(() => 5)), 5);
      assert.deepEqual(await notes(db), ['x']);
    });

    test('undo everything when the work throws, and pass the error on', async () => {
      const db = await databases.open();
      const failing = db.transaction(async (within) => {
        await note(within, 'x');
        throw new Error('no');
      });
      await assert.rejects(failing, /^Error: no$/);
      assert.deepEqual(await notes(db), []);
    });

    test('repositories work inside them', async () => {
      const db = await databases.open();
      const sealer = createSealer([testKey]);
      await db.transaction(async (within) => {
        const requests = createRequestRepository({ db: within, sealer, owner: 'a', leaseMs: 1, now: Date.now });
        await acceptSample(requests, '1');
      });
      const requests = createRequestRepository({ db, sealer, owner: 'a', leaseMs: 1, now: Date.now });
      assert.equal((await requests.find('T1', 'request-1'))?.state, 'accepted');
    });

    test('a query on the database itself inside one is an error, not a wait without end', async () => {
      const db = await databases.open();
      await assert.rejects(
        db.transaction(async (within) => {
          await note(within, 'x');
          await note(db, 'y');
        }),
        QueryOutsideTransactionError,
      );
      await assert.rejects(
        db.transaction(() => db.transaction(async () => {})),
        QueryOutsideTransactionError,
      );
      assert.deepEqual(await notes(db), []);
    });

    test('queries of everybody else wait until it is over', async () => {
      const db = await databases.open();
      const started = Promise.withResolvers<void>();
      const goOn = Promise.withResolvers<void>();
      const slow = db.transaction(async (within) => {
        await note(within, 'slow');
        started.resolve();
        await goOn.promise;
      });
      await started.promise;
      const beside = note(db, 'beside');
      goOn.resolve();
      await Promise.all([slow, beside]);
      assert.deepEqual(await notes(db), ['beside', 'slow']);
    });

    test('what a transaction leaves running may use the database again', async () => {
      const db = await databases.open();
      const finished = Promise.withResolvers<void>();
      let left = Promise.resolve();
      await db.transaction(async () => {
        left = finished.promise.then(() => note(db, 'afterwards'));
      });
      finished.resolve();
      await left;
      assert.deepEqual(await notes(db), ['afterwards']);
    });
  });
}

async function note({ kysely }: Executor, keyId: string): Promise<void> {
  await kysely
    .insertInto('sealed_check')
    .values({ key_id: `note ${keyId}`, sealed: '' })
    .execute();
}

async function notes({ kysely }: Executor): Promise<string[]> {
  const rows = await kysely.selectFrom('sealed_check').select('key_id').where('key_id', 'like', 'note %').execute();
  return rows.map(({ key_id }) => key_id.slice('note '.length)).sort();
}
