import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import type { Database } from '../../../src/storage/database.ts';
import { createRequestRepository } from '../../../src/storage/requests/request-repository.ts';
import { WrongKeysError } from '../../../src/storage/sealing/sealed-check.ts';
import { createSealer, type Sealer, type SealingKey } from '../../../src/storage/sealing/sealing.ts';
import { createColdsendKeyRepository } from '../../../src/storage/workspaces/coldsend-key-repository.ts';
import { acceptSample, testKey } from '../samples.ts';
import type { TestDatabases } from '../test-databases.ts';

export function describeEncryptionKeys(databases: TestDatabases) {
  describe('encryption keys', () => {
    const other = { id: 'other', key: new Uint8Array(32).fill(9) };

    async function reopen(url: string, keys: SealingKey[], use?: (db: Database, sealer: Sealer) => Promise<unknown>) {
      const sealer = createSealer(keys);
      const db = await databases.open(url, { sealer });
      await use?.(db, sealer);
      await db.close();
    }

    function saveKey(db: Database, sealer: Sealer) {
      const keys = createColdsendKeyRepository({ db, sealer, now: Date.now });
      return keys.save({
        teamId: 'T1',
        owner: WORKSPACE,
        apiKey: 'cs_live_1',
        storedBy: 'U1',
        status: 'works',
        missingScopes: [],
      });
    }

    test('others than the ones that sealed are refused, whatever they are called', async () => {
      const url = await databases.createUrl();
      await reopen(url, [testKey]);
      await reopen(url, [testKey]);
      for (const wrong of [[other], [{ ...other, id: 'test' }], [{ ...other, id: 'test' }, other]]) {
        await assert.rejects(reopen(url, wrong), (error) => {
          assert.ok(error instanceof WrongKeysError);
          assert.match(error.message, /ENCRYPTION_KEYS can't open this database.*"test"/);
          return true;
        });
      }
      await reopen(url, [testKey]);
    });

    test('an old key may go once another seals and nothing sealed with the old one is left', async () => {
      const url = await databases.createUrl();
      await reopen(url, [testKey], saveKey);
      await reopen(url, [other, testKey]);
      await assert.rejects(reopen(url, [other]), WrongKeysError);
      await reopen(url, [other, testKey], saveKey);
      await reopen(url, [other]);
      await assert.rejects(reopen(url, [testKey]), WrongKeysError);
    });

    test('passwords of waiting requests keep the old key needed', async () => {
      const url = await databases.createUrl();
      await reopen(url, [testKey], (db, sealer) =>
        acceptSample(createRequestRepository({ db, sealer, owner: 'a', leaseMs: 1, now: Date.now }), '1'),
      );
      await reopen(url, [other, testKey]);
      await assert.rejects(reopen(url, [other]), WrongKeysError);
    });
  });
}
