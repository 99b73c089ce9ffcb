import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PasswordsUnreadableError } from '../../../src/add-inbox/request/request.ts';
import { countClosed } from '../../../src/storage/sealing/reseal.ts';
import { createSealer, SealError } from '../../../src/storage/sealing/sealing.ts';
import { acceptSample, testSealer } from '../samples.ts';
import { emptyTables } from '../test-databases.ts';
import type { UnreadableSetUp } from './unreadable-set-up.ts';

export function describeUnreadablePasswords({ kind, db, noted, requestsOf, set }: UnreadableSetUp) {
  describe('sealed passwords', () => {
    const other = createSealer([{ id: 'other', key: new Uint8Array(32).fill(9) }]);

    test('that were altered, or whose key is lost, will open for nobody', async () => {
      const requests = requestsOf();
      for (const sealed of ['rubbish', 'v1.test.AAAA', other.seal('{}', { purpose: 'x', teamId: '', rowId: '' })]) {
        await emptyTables(db());
        const held = await acceptSample(requests, '1');
        await db().kysely.updateTable('request_passwords').set({ sealed }).execute();
        await assert.rejects(requests.openPasswords(held), PasswordsUnreadableError);
      }
      assert.equal(noted().at(-1), 'request_passwords request-1');
    });

    test('of a key that another bot seals with already, or of a newer form, are left to that bot', async () => {
      const requests = requestsOf();
      for (const sealed of [other.seal('{}', { purpose: 'x', teamId: '', rowId: '' }), 'v2.anything']) {
        await emptyTables(db());
        await db().kysely.insertInto('sealed_check').values({ key_id: 'other', sealed: 'x' }).execute();
        const held = await acceptSample(requests, '1');
        await db().kysely.updateTable('request_passwords').set({ sealed }).execute();
        await assert.rejects(requests.openPasswords(held), SealError);
      }
    });

    test('and all other sealed values that open for nobody are counted, whatever stands in their place', async () => {
      const requests = requestsOf();
      for (const name of ['1', '2', '3']) await acceptSample(requests, name);
      assert.deepEqual(await countClosed(db(), testSealer), {});
      await set('request_passwords', 'sealed', "'rubbish'", 'request-1', 'request_id');
      const changed = kind === 'sqlite' ? "x'00ff'" : "'v1.test.AAAA'";
      await set('request_passwords', 'sealed', changed, 'request-2', 'request_id');
      await set('requests', 'response_url', "'v1.other.AAAA'", 'request-3');
      assert.deepEqual(await countClosed(db(), testSealer), { request_passwords: 2, requests: 1 });
    });
  });
}
