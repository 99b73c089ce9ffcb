import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import type { TestDatabases } from '../test-databases.ts';
import { describeEncryptionKeys } from './encryption-keys-suite.ts';
import { describeMigrations } from './migrations-suite.ts';
import { describeTransactions } from './transactions-suite.ts';

export function describeDatabase(databases: TestDatabases) {
  describe(`database on ${databases.kind}`, () => {
    afterEach(() => databases.closeAll());
    after(() => databases.closeAll());

    describeTransactions(databases);
    describeMigrations(databases);
    describeEncryptionKeys(databases);

    test('check works, again and again', async () => {
      const db = await databases.open();
      await db.check();
      await db.check();
    });

    test('a closed database says so', async () => {
      const db = await databases.open();
      await db.close();
      await assert.rejects(db.check());
      await db.close();
    });
  });
}
